namespace AVServer.Evaluation.Tests;

[Trait("Category", "unit")]
public sealed class DetCurveTests
{
    private static readonly double[] Thresholds = [0.1, 0.5, 0.9];

    [Fact]
    public void Curve_of_a_case_worked_by_hand()
    {
        // 36 steps of 100 s are one hour; with a refractory second each step stands alone.
        var scores = new float[36];
        (scores[3], scores[10], scores[20]) = (0.95f, 0.6f, 0.2f);
        var curve = DetCurve.Measure([0.05f, 0.4f, 0.8f, 1f], [new FillerStream(scores, 100)], Thresholds);
        Assert.Equal(1, curve.FillerHours, 6);
        Assert.Equal([new(0.1, 0.25, 3), new(0.5, 0.5, 2), new(0.9, 0.75, 1)], curve.Points);
        Assert.Equal(0.5, curve.At(2)!.Value.Threshold);
        Assert.Null(curve.At(0.5));
    }

    [Fact]
    public void Refractory_period_joins_triggers()
    {
        var stream = new FillerStream([1, 1, 1, 0, 0, 1], 0.5);
        Assert.Equal(4, stream.Triggers(0.5, 0.5));
        Assert.Equal(3, stream.Triggers(0.5, 1));
        Assert.Equal(2, stream.Triggers(0.5, 1.5));
    }

    [Fact]
    public void As_the_threshold_rises_misses_never_fall_and_alarms_never_rise()
    {
        var random = new Random(11);
        float[] Scores(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
        var curve = DetCurve.Measure(
            Scores(40), [new FillerStream(Scores(4000), 0.08)], [.. Enumerable.Range(0, 50).Select(i => i / 50.0)]);
        foreach (var (lower, higher) in curve.Points.Zip(curve.Points.Skip(1)))
        {
            Assert.True(higher.Frr >= lower.Frr);
            Assert.True(higher.FalseAlarmsPerHour <= lower.FalseAlarmsPerHour);
        }
    }

    [Fact]
    public void Curve_without_filler_is_refused() =>
        Assert.Throws<ArgumentException>(() => DetCurve.Measure([1f], [], Thresholds));

    [Fact]
    public void Plot_is_well_formed_and_names_its_curves()
    {
        var curve = DetCurve.Measure([0.4f], [new FillerStream(new float[100], 1)], Thresholds);
        var svg = System.Xml.Linq.XDocument.Parse(DetPlot.Draw("Test", [("clean", curve)]));
        Assert.Contains(svg.Descendants(), element => element.Value == "clean");
    }

    [Fact]
    public void Smooth_tail_follows_the_line_of_the_well_counted_points()
    {
        // 40 alarms at logit 0, half as many with each logit more, and one recording that no threshold below logit 9 gets rid of; ten
        // hours.
        var scores = new float[36_000];
        for (var i = 0; i < 40; i++) scores[i * 10] = Posterior(Math.Log2(40.0 / (i + 1)) + 1e-3);
        scores[^1] = Posterior(9);
        double[] thresholds = [.. Enumerable.Range(0, 17).Select(half => (double)Posterior(half / 2.0))];

        var curve = DetCurve.Measure([0.5f], [new FillerStream(scores, 1)], thresholds);
        var smooth = curve.WithSmoothTail();

        Assert.Equal(0.1, curve.Points[^1].FalseAlarmsPerHour, 6);
        Assert.InRange(smooth.Points[^1].FalseAlarmsPerHour, 0.005, 0.05);
        Assert.Equal(curve.Points.Take(4), smooth.Points.Take(4));
        Assert.All(
            smooth.Points.Zip(smooth.Points.Skip(1)), pair => Assert.True(pair.Second.FalseAlarmsPerHour <= pair.First.FalseAlarmsPerHour));
    }

    [Fact]
    public void Tail_without_points_to_follow_stays_as_it_was_counted()
    {
        var curve = DetCurve.Measure([0.5f], [new FillerStream([0.2f, 0.7f], 1800)], Thresholds);
        Assert.Equal(curve.Points, curve.WithSmoothTail().Points);
    }

    private static float Posterior(double logit) => (float)(1 / (1 + Math.Exp(-logit)));
}
