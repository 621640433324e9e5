namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class PosteriorSmootherTests
{
    [Fact]
    public void Smoother_averages_the_last_values_and_fewer_at_the_start()
    {
        var smoother = new PosteriorSmoother(3);

        Assert.Equal([3f, 2f, 3f, 4f], new[] { 3f, 1f, 5f, 6f }.Select(smoother.Next));
    }

    [Fact]
    public void Smoother_of_one_passes_through()
    {
        var smoother = new PosteriorSmoother(1);

        Assert.Equal([0.2f, 0.9f, 0.1f], new[] { 0.2f, 0.9f, 0.1f }.Select(smoother.Next));
    }

    [Fact]
    public void Smoother_after_reset_starts_anew()
    {
        var smoother = new PosteriorSmoother(2);
        smoother.Next(1);
        smoother.Reset();

        Assert.Equal(0.5f, smoother.Next(0.5f));
    }

    [Fact]
    public void Smoother_of_length_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PosteriorSmoother(0));
}
