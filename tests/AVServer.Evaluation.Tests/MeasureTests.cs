namespace AVServer.Evaluation.Tests;

[Trait("Category", "unit")]
public sealed class MeasureTests
{
    private static readonly float[] Keyword = [0.9f, 0.8f, 0.3f, 0.7f];
    private static readonly float[] Filler = [0.1f, 0.2f, 0.75f, 0.05f];

    [Fact]
    public void Wilson_interval_equals_the_published_example()
    {
        // 81 of 263 at 95 %: Newcombe 1998, table I, method 3.
        var interval = WilsonInterval.Of(81, 263);
        Assert.Equal(0.2553, interval.Low, 4);
        Assert.Equal(0.3662, interval.High, 4);
        Assert.Equal(0, WilsonInterval.Of(0, 10).Low, 9);
    }

    [Fact]
    public void Rates_and_wws_score_at_a_threshold()
    {
        Assert.Equal(0.25, Verification.Frr(Keyword, 0.5));
        Assert.Equal(0.25, Verification.Far(Filler, 0.5));
        Assert.Equal(0.5, Verification.WwsScore(Keyword, Filler, 0.5));
    }

    [Fact]
    public void Equal_error_rate_and_area_of_a_case_worked_by_hand()
    {
        Assert.Equal(0.25, Verification.EqualErrorRate(Keyword, Filler));
        // 16 pairs; 0.75 stands above 0.3 and 0.7.
        Assert.Equal(14 / 16.0, Verification.Auc(Keyword, Filler));
        Assert.Equal(0.5, Verification.Auc([1f], [1f]));
    }

    [Fact]
    public void Percentiles_are_linear_between_neighbours()
    {
        Assert.Equal(2.5, Percentiles.Of([4, 1, 3, 2], 0.5));
        Assert.Equal(1.3, Percentiles.Of([4, 1, 3, 2], 0.1), 9);
        Assert.Throws<ArgumentException>(() => Percentiles.Of([], 0.5));
    }
}
