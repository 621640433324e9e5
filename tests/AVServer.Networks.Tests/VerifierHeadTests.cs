using static TorchSharp.torch;

namespace AVServer.Networks.Tests;

[Trait("Category", "unit")]
public sealed class VerifierHeadTests
{
    [Fact]
    public void Window_gives_a_logit_and_two_times()
    {
        using var scope = NewDisposeScope();
        var head = new VerifierHead(new VerifierHeadConfig());
        head.eval();
        Assert.Equal([5, 3], head.forward(randn([5, 16, 96])).shape);
    }

    [Fact]
    public void Batch_gives_what_each_window_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var head = new VerifierHead(new VerifierHeadConfig());
        head.eval();
        var windows = randn([4, 16, 96]);
        var together = head.forward(windows);
        for (var window = 0; window < 4; window++)
            Assert.InRange(
                (head.forward(windows.narrow(0, window, 1)) - together.narrow(0, window, 1)).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Ensemble_is_the_mean_of_its_members()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        var ensemble = new VerifierEnsemble(new VerifierHeadConfig(Members: 3));
        ensemble.eval();
        var windows = randn([2, 16, 96]);
        var votes = ensemble.Members.Select(member => member.forward(windows)).ToArray();
        Assert.True((votes[0] - votes[1]).abs().max().item<float>() > 1e-3f);
        Assert.InRange((ensemble.forward(windows) - ((votes[0] + votes[1] + votes[2]) / 3)).abs().max().item<float>(), 0, 1e-6f);
    }

    [Fact]
    public void Head_learns_where_a_mark_stands_in_the_window()
    {
        manual_seed(9);
        using var head = new VerifierHead(new VerifierHeadConfig(Width: 16, Dropout: 0));
        using var optimizer = optim.Adam(head.parameters(), 5e-3);
        var random = new Random(9);
        var loss = float.MaxValue;
        for (var step = 0; step < 300; step++)
        {
            using var scope = NewDisposeScope();
            var windows = randn([32, 16, 96]) * 0.3;
            var ages = new float[32];
            for (var b = 0; b < 32; b++)
            {
                var at = random.Next(4, 16);
                windows[b, at] = windows[b, at] + 2;
                ages[b] = (15 - at) * 0.08f;
            }
            optimizer.zero_grad();
            var error = nn.functional.l1_loss(head.forward(windows)[TensorIndex.Colon, 1], tensor(ages));
            error.backward();
            optimizer.step();
            loss = error.item<float>();
        }
        Assert.InRange(loss, 0, 0.08f);
    }
}
