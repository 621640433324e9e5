using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class SpikingNetTests
{
    [Fact]
    public void Neuron_adds_up_leaks_and_starts_anew_after_a_spike()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var layer = new SpikingLayer(1, 1, (1, 1));
        var state = layer.state_dict();
        // The last tap of the middle band alone, of length 1: the current is the input.
        state["weight"].zero_();
        state["weight"][0, 0, 3, 1] = tensor(1f);
        state["leak"].fill_(0.5);
        var spikes = layer.forward(tensor(new[] { 1f, 3, 0, 2, 8 }, [1, 1, 5, 1]));

        // Half of the current comes in: 0.5, then 0.25 + 1.5 fires; 0.375 is left of the 0.75 above, then 0.1875 + 1 fires, and again.
        Assert.Equal([0f, 1, 0, 1, 1], spikes.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Step_has_the_slope_of_a_sigmoid()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -0.1f, 0, 0.2f }).requires_grad_();
        var step = TorchValue.Run(value => value.Step(10), x);
        step.sum().backward();

        static float Slope(double at) => (float)(10 / ((1 + Math.Exp(-10 * at)) * (1 + Math.Exp(10 * at))));
        Assert.Equal([0f, 0, 1], step.round().data<float>().ToArray());
        Assert.Equal([Slope(-0.1), Slope(0), Slope(0.2)], x.grad!.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Operations_of_a_silent_network_are_those_of_its_first_layer()
    {
        using var scope = NewDisposeScope();
        var network = new SpikingNet(new SpikingNetConfig(new KeywordWindow(Frames: 10, Values: 8, Labels: 3), Width: 4));
        network.eval();
        const int taps = 12, first = taps * 4 * 10 * 8;

        Assert.Equal(first, network.Operations(zeros(2, 10, 8)));
        Assert.True(network.Operations(full([2, 10, 8], 100f)) > first);
    }

    [Fact]
    public void Penalty_is_half_of_the_mean_share_of_neurons_that_fire()
    {
        using var scope = NewDisposeScope();
        var network = new SpikingNet(new SpikingNetConfig(new KeywordWindow(Frames: 6, Values: 4, Labels: 3), Width: 2));
        network.forward(zeros(1, 6, 4));
        Assert.Equal(0, network.Penalty().item<float>(), 1e-6);

        foreach (var (name, weights) in network.state_dict())
            using (no_grad()) if (name.EndsWith("threshold", StringComparison.Ordinal)) weights.fill_(-1);
        network.forward(zeros(1, 6, 4));
        Assert.InRange(network.Penalty().item<float>(), 0.02f, 0.05f);
    }
}
