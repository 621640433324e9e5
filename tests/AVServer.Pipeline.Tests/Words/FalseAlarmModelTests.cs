namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class FalseAlarmModelTests
{
    private const double Hours = 1.1;

    private static readonly FalseAlarmModel Model = new(UsualLevel: -2, UsualThreshold: 1, Share: 0.6, Fall: 0.8);

    // Scores of which a rate of e^-slope for each point is left.
    private static float[] Alarms(int count, double slope, double shift = 0) =>
        [.. Enumerable.Range(1, count).Select(i => (float)((Math.Log(count / (double)i) / slope) + shift))];

    [Fact]
    public void Speech_without_a_single_alarm_leaves_what_is_usual() => Assert.Equal(1, Model.Threshold([], Hours, 0.5), 1e-6);

    [Fact]
    public void Louder_alarms_ask_for_more_but_not_for_all_that_they_are_louder()
    {
        var usual = Model.Threshold(Alarms(40, 2, shift: -3), Hours, 0.5);
        var louder = Model.Threshold(Alarms(40, 2, shift: -2), Hours, 0.5);

        Assert.Equal(Model.Share, louder - usual, 1e-4);
    }

    [Fact]
    public void Fewer_alarms_ask_for_more()
    {
        var alarms = Alarms(150, 1.2, shift: -4);
        double[] rates = [100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1];

        var thresholds = rates.Select(rate => Model.Threshold(alarms, Hours, rate)).ToArray();

        Assert.Equal(thresholds.Order(), thresholds);
    }

    [Theory]
    [InlineData(100, 89, 130)]
    [InlineData(20, 12, 31)]
    [InlineData(0.5, 0, 2)]
    public void No_more_alarms_are_left_than_chance_explains_and_no_fewer(double perHour, int fewest, int most)
    {
        // Whatever is usual: the word's own alarms bound it on both sides.
        var alarms = Alarms(200, 1);
        foreach (var usual in (double[])[-20, 0, 20])
        {
            var threshold = (Model with { UsualThreshold = usual }).Threshold(alarms, Hours, perHour);
            Assert.InRange(alarms.Count(score => score > threshold), fewest, most);
        }
    }
}
