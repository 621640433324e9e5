namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class CmvnTests
{
    [Fact]
    public void Accumulated_statistics_give_mean_zero_and_variance_one()
    {
        const int Dim = 13;
        var random = new Random(1);
        var features = new float[Dim * 500];
        for (int i = 0; i < features.Length; i++) features[i] = (i % Dim + 1) * (random.NextSingle() - 0.3f) + 100 * (i % Dim);
        var accumulator = new CmvnAccumulator(Dim);
        accumulator.Accumulate(features.AsSpan(0, 100 * Dim));
        accumulator.Accumulate(features.AsSpan(100 * Dim));

        accumulator.ToCmvn().Apply(features);

        for (int c = 0; c < Dim; c++)
        {
            double[] column = [.. Enumerable.Range(0, 500).Select(t => (double)features[t * Dim + c])];
            Assert.Equal(0, column.Average(), 1e-4);
            Assert.Equal(1, column.Average(x => x * x), 1e-3);
        }
    }

    [Fact]
    public void Apply_subtracts_the_mean_and_scales()
    {
        float[] features = [1, 10, 3, 30];

        new Cmvn([1, 20], [2, 0.1f]).Apply(features);

        Assert.Equal([0, -1, 4, 1], features);
    }

    [Fact]
    public void Statistics_of_another_dimension_or_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Cmvn([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => new Cmvn([1], [float.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => new Cmvn([1, 2], [1, 1]).Apply(new float[3]));
        Assert.Throws<InvalidOperationException>(() => new CmvnAccumulator(2).ToCmvn());
    }
}
