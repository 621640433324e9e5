using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class PcenTests
{
    [Fact]
    public void Energy_is_held_against_its_average_and_its_root_taken()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var energies = new[] { 4.0, 4, 100 };
        var got = new Pcen(1).forward(tensor(energies.Select(energy => (float)Math.Log(energy)).ToArray(), [1, 3, 1]));

        static double Normal(double energy, double average) => Math.Sqrt((energy / Math.Pow(average + 1e-6, 0.98)) + 2) - Math.Sqrt(2);
        double[] wanted = [Normal(4, 4), Normal(4, 4), Normal(100, (0.975 * 4) + (0.025 * 100))];
        Assert.Equal(wanted, got.flatten().data<float>().Select(value => (double)value), (one, other) => Math.Abs(one - other) < 1e-4);
    }

    [Fact]
    public void What_is_louder_by_a_factor_changes_hardly()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(1);
        var x = randn(2, 40, 8) + 10;
        var front = new Pcen(8);

        Assert.InRange((front.forward(x + Math.Log(10)) - front.forward(x)).abs().max().item<float>(), 0, 0.1f);
        Assert.True(front.forward(x).std().item<float>() > 0.1);
    }
}
