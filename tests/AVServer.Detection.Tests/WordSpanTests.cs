namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class WordSpanTests
{
    [Fact]
    public void Estimate_counts_back_from_the_windows_end()
    {
        var span = WordSpan.Estimate(at: 5, sinceStart: 0.8, sinceEnd: 0.2);

        Assert.Equal(4.2, span.Start, 9);
        Assert.Equal(4.8, span.End, 9);
    }

    [Theory]
    [InlineData(5, 0.1, 0.4)]
    [InlineData(5, 9.0, 0.1)]
    [InlineData(0.1, 0.9, 0.3)]
    public void Contradictory_estimates_still_give_a_word(double at, double sinceStart, double sinceEnd)
    {
        var span = WordSpan.Estimate(at, sinceStart, sinceEnd);

        Assert.True(span.Start >= 0);
        Assert.InRange(span.End - span.Start, WordSpan.ShortestSeconds - 1e-9, WordSpan.LongestSeconds + 1e-9);
    }
}
