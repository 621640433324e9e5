using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

/// <summary>Networks that leave out what they find needless.</summary>
[Trait("Category", "unit")]
public sealed class AdaptiveNetworkTests
{
    private static readonly KwtConfig Size = new(Ceps: 6, Frames: 9, Dim: 8, Heads: 2, Hidden: 16, Blocks: 2, Labels: 3);

    [Fact]
    public void Parts_behind_closed_gates_change_nothing_and_cost_nothing()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var network = new DynamicKwt(new(Size));
        network.eval();
        var features = randn(2, 9, 6);
        const int attention = (4 * 10 * 8 * 8) + (2 * 10 * 10 * 8), feedForward = 2 * 10 * 8 * 16;
        const int always = (9 * 6 * 8) + (8 * 3) + (4 * 10 * 32);
        Assert.Equal(always + (2 * (attention + feedForward)), network.Operations(features));

        Close(network, _ => true);
        Assert.Equal(always, network.Operations(features));
        var closed = network.forward(features);
        foreach (var (name, weights) in network.state_dict())
            if (name.Contains("contract", StringComparison.Ordinal) || name.Contains("out_proj", StringComparison.Ordinal)) weights.add_(1);
        Assert.True((network.forward(features) == closed).all().item<bool>());
    }

    [Fact]
    public void Only_the_gate_that_is_open_costs()
    {
        using var scope = NewDisposeScope();
        var network = new DynamicKwt(new(Size, OfFirstInput: true));
        network.eval();
        var features = randn(2, 9, 6);
        var before = network.Operations(features);
        Close(network, name => name.Contains("blocks.1.feedForwardGate", StringComparison.Ordinal));

        Assert.Equal(2 * 10 * 8 * 16, before - network.Operations(features));
    }

    [Fact]
    public void Open_gates_are_penalised_by_how_many_there_are()
    {
        using var scope = NewDisposeScope();
        var network = new DynamicKwt(new(Size));
        network.forward(randn(2, 9, 6));
        var open = network.Penalty().item<float>();
        Close(network, _ => true);
        network.forward(randn(2, 9, 6));

        Assert.InRange(open, 0.05f, 0.1f);
        Assert.InRange(network.Penalty().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Word_of_a_cascade_needs_both_of_its_networks()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        var config = TcnCascadeConfig.For(values: 8, words: 2);
        var network = new TcnCascade(config);
        network.eval();
        var features = randn(1, 30, 8);
        var parts = network.named_children().ToDictionary(part => part.name, part => (DtcNet)part.module);

        var wanted = parts["small"].forward(features).minimum(parts["large"].forward(features));
        Assert.InRange((network.forward(features) - wanted).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Switching_costs_the_frames_that_the_large_network_missed()
    {
        // Fields of 5 and of 13 frames: 1 + 4 · 1 and 1 + 4 · (1 + 2).
        var config = new TcnCascadeConfig(
            new(Values: 2, Words: 1, Width: 3, Stacks: 1, BlocksPerStack: 1),
            new(Values: 2, Words: 1, Width: 4, Stacks: 1, BlocksPerStack: 2));
        using var network = new TcnCascade(config);
        const int small = (2 * 3) + (3 * (5 + 6)) + 3, large = (2 * 4) + (2 * 4 * (5 + 8)) + 4;
        bool[] Frames(params int[] asked) => [.. Enumerable.Range(0, 40).Select(frame => asked.Contains(frame))];

        Assert.Equal((small, large), (config.Small.MultiplyAccumulates, config.Large.MultiplyAccumulates));
        Assert.Equal(40 * small, network.Operations(Frames()));
        Assert.Equal((40 * small) + (6 * large), network.Operations(Frames(5)));
        Assert.Equal((40 * small) + (13 * large), network.Operations(Frames(20)));
        Assert.Equal((40 * small) + (14 * large), network.Operations(Frames(20, 21)));
        Assert.Equal((40 * small) + (16 * large), network.Operations(Frames(20, 23)));
        Assert.Equal((40 * small) + (26 * large), network.Operations(Frames(20, 38)));
    }

    private static void Close(DynamicKwt network, Func<string, bool> which)
    {
        using var mode = no_grad();
        foreach (var (name, weights) in network.state_dict())
            if (name.EndsWith("choose.bias", StringComparison.Ordinal) && which(name)) weights.copy_(tensor(new[] { -50f, 50 }));
    }
}
