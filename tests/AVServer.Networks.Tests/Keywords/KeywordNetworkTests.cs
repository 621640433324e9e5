using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class KeywordNetworkTests
{
    private const int Clips = 8;

    private static readonly Dictionary<string, (Func<Layer> Create, long[] Clip, long[] Logits, int Parameters)> Networks = new()
    {
        // The paper of the LSTM gives no figure for these inputs: the sum of its layers.
        ["LSTM"] = (() => new LstmSpotter(new LstmSpotterConfig()), [40, 80], [10, 1],
            (80 * 4 * 128) + 128 + (4 * 64 * (128 + 64 + 2)) + (4 * 64 * (64 + 64 + 2)) + 65),
        ["BC-ResNet-1"] = (() => new BcResNet(new BcResNetConfig()), [101, 40], [12], 9_200),
        ["KWT-1"] = (() => new Kwt(new KwtConfig()), [98, 40], [35], 607_000),
    };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_are_the_papers_within_two_per_cent(string name)
    {
        using var network = Networks[name].Create();

        Assert.InRange(network.parameters().Sum(parameter => parameter.numel()), Networks[name].Parameters * 0.98,
            Networks[name].Parameters * 1.02);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Clips_give_logits_alone_as_in_a_batch(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var (create, clip, logits, _) = Networks[name];
        var network = create();
        network.eval();
        var clips = randn([3, .. clip]);
        var together = network.forward(clips);

        Assert.Equal([3, .. logits], together.shape);
        for (var i = 0; i < 3; i++)
            Assert.InRange((network.forward(clips.narrow(0, i, 1)) - together.narrow(0, i, 1)).abs().max().item<float>(), 0, 1e-4f);
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

    [Theory]
    [InlineData("LSTM", 60, 1e-2)]
    [InlineData("BC-ResNet-1", 25, 2e-2)]
    [InlineData("KWT-1", 25, 1e-3)]
    public void Network_learns_eight_clips_by_heart(string name, int steps, double rate)
    {
        manual_seed(7);
        // Fewer blocks and frames learn as much by heart, and sooner.
        using Layer network = name switch
        {
            "KWT-1" => new Kwt(new KwtConfig(Blocks: 2)),
            "BC-ResNet-1" => new BcResNet(new BcResNetConfig(Frames: 41)),
            _ => Networks[name].Create(),
        };
        using var optimizer = optim.Adam(network.parameters(), rate);
        using var outer = NewDisposeScope();
        var clips = randn([Clips, name == "BC-ResNet-1" ? 41 : Networks[name].Clip[0], Networks[name].Clip[1]]);
        var labels = arange(Clips, int64).remainder(2);
        var (first, last) = (0f, 0f);
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var logits = network.forward(clips);
            var loss = name == "LSTM" ? LstmSpotter.MaxPoolingLoss(logits, labels.to(float32)) : functional.cross_entropy(logits, labels);
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
            if (step == 0) first = last;
        }

        Assert.True(last < 0.15 * first, $"Expected the loss to fall from {first}, got {last}.");
    }
}
