namespace AVServer.Evaluation.Tests;

[Trait("Category", "unit")]
public sealed class VerificationCurveTests
{
    private static readonly float[] Keyword = [0.9f, 0.8f, 0.3f, 0.7f];
    private static readonly float[] Filler = [0.1f, 0.2f, 0.75f, 0.05f];

    [Fact]
    public void Curve_agrees_with_counting_at_every_threshold_and_never_turns()
    {
        var points = VerificationCurve.Measure(Keyword, Filler).Points;
        Assert.All(points, point =>
        {
            Assert.Equal(Verification.Frr(Keyword, point.Threshold), point.Frr);
            Assert.Equal(Verification.Far(Filler, point.Threshold), point.Far);
        });
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.First.Frr <= pair.Second.Frr && pair.First.Far >= pair.Second.Far));
        Assert.Equal((0.0, 1.0), (points[0].Frr, points[0].Far));
        Assert.Equal((1.0, 0.0), (points[^1].Frr, points[^1].Far));
    }

    [Fact]
    public void Lowest_wws_is_in_the_middle_of_where_it_holds()
    {
        // From above 0.2 to 0.3 nothing is missed and 0.75 is the one false alarm.
        var best = VerificationCurve.Measure(Keyword, Filler).LowestWws;
        Assert.Equal(0.25, best.Wws);
        Assert.Equal(0.25, best.Threshold, 6);
    }

    [Fact]
    public void Scores_that_tell_nothing_have_an_equal_error_rate_of_a_half()
    {
        Assert.Equal(0.5, VerificationCurve.Measure([0.5f, 0.5f], [0.5f]).EqualErrorRate);
        Assert.Equal(1, VerificationCurve.Measure([0.1f], [0.9f]).EqualErrorRate);
    }

    [Fact]
    public void Curve_of_nothing_is_refused() => Assert.Throws<ArgumentException>(() => VerificationCurve.Measure([], [1f]));

    [Fact]
    public void Bootstrap_interval_of_a_mean_is_that_of_the_normal_distribution()
    {
        // 400 recordings, half of them 1: the mean's standard error is 0.025.
        var (low, high) = Bootstrap.Interval(400, 1, (drawn, _) => drawn.Average(i => i % 2), seed: 1, rounds: 4000);
        Assert.InRange(low, 0.5 - (1.96 * 0.025) - 0.005, 0.5 - (1.96 * 0.025) + 0.005);
        Assert.InRange(high, 0.5 + (1.96 * 0.025) - 0.005, 0.5 + (1.96 * 0.025) + 0.005);
    }

    [Fact]
    public void Bootstrap_is_the_same_every_time_and_draws_from_both_kinds()
    {
        static (double, double) Run(int seed) =>
            Bootstrap.Interval(10, 20, (keywords, fillers) => keywords.Sum() + (100.0 * fillers.Sum()), seed, rounds: 50);
        Assert.Equal(Run(3), Run(3));
        Assert.NotEqual(Run(3), Run(4));
    }

    [Fact]
    public void Plots_are_whole_documents_with_a_line_for_each_system()
    {
        var curve = VerificationCurve.Measure(Keyword, Filler);
        var det = System.Xml.Linq.XDocument.Parse(VerificationPlot.Draw("0 dB", [("audio", curve), ("both", curve)]));
        Assert.Equal(2, det.Descendants().Count(element => element.Name.LocalName == "polyline"));
        var bars = System.Xml.Linq.XDocument.Parse(
            ConditionPlot.Draw("WWS", ["clean", "0 dB"], [new("audio", [0.1, 0.5], [(0, 0.2), (0.4, 0.6)])], 1));
        Assert.Single(bars.Descendants(), element => element.Name.LocalName == "polyline");
        Assert.Equal(2, bars.Descendants().Count(element => (string?)element.Attribute("opacity") == "0.6"));
    }
}
