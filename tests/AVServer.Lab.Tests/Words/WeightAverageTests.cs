using AVServer.Lab.Training.Phones;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Words;

[Trait("Category", "unit")]
public sealed class WeightAverageTests
{
    private static readonly PhoneNetConfig Small = new() { Width = 8, Rank = 4, States = 6, FastStrides = [1], SlowStrides = [0] };

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void Weights_lie_on_the_line_between_the_two_networks(double share)
    {
        manual_seed(1);
        using var net = new PhoneNet(Small);
        using var other = new PhoneNet(Small);
        var (before, wanted) = (Weights(net), Weights(other));
        WeightAverage.Apply(net, other, share);
        var got = Weights(net);
        Assert.NotEqual(before, wanted);
        for (var i = 0; i < got.Length; i++) Assert.Equal((share * before[i]) + ((1 - share) * wanted[i]), got[i], 1e-6);
        Assert.Equal(wanted, Weights(other));
    }

    private static float[] Weights(PhoneNet net) =>
        [.. net.parameters().SelectMany(weights => weights.detach().reshape(-1).data<float>().ToArray())];
}
