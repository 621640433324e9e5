using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class LstmSpotterTests
{
    [Fact]
    public void Parameters_are_the_sum_of_its_layers()
    {
        using var network = new LstmSpotter(new LstmSpotterConfig());
        const int bottleneck = (80 * 4 * 128) + 128, lstm1 = 4 * 64 * (128 + 64 + 2), lstm2 = 4 * 64 * (64 + 64 + 2), output = 65;

        Assert.Equal(bottleneck + lstm1 + lstm2 + output, network.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void Lstm_knows_nothing_of_what_comes_and_steps_as_the_whole_goes()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        var network = new LstmSpotter(new LstmSpotterConfig());
        var fbank = randn(2, 80, 80);
        var whole = network.forward(fbank);
        var other = fbank.clone();
        other.narrow(1, 40, 40).add_(1);

        Assert.True((network.forward(other).narrow(1, 0, 10) == whole.narrow(1, 0, 10)).all().item<bool>());
        var (cache, pieces) = (zeros(2, 4, 64), new List<Tensor>());
        foreach (var (start, length) in new[] { (0, 8), (8, 4), (12, 40), (52, 28) })
        {
            (var piece, cache) = TorchValue.Step(network.Compute, fbank.narrow(1, start, length), cache);
            pieces.Add(piece);
        }

        Assert.InRange((cat(pieces, 1) - whole).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Max_pooling_loss_counts_the_surest_step_of_a_keyword_and_every_step_of_others()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { -3f, 2, -1, 0, 0, 0 }, [2, 3, 1]).requires_grad_();
        var loss = LstmSpotter.MaxPoolingLoss(logits, tensor(new[] { 1f, 0 }));
        loss.backward();

        Assert.Equal((Math.Log(1 + Math.Exp(-2)) + Math.Log(2)) / 2, loss.item<float>(), 1e-5);
        Assert.Equal([false, true, false, true, true, true], logits.grad!.flatten().ne(0).data<bool>().ToArray());
    }
}
