namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class AlarmTailTests
{
    // Scores of which a rate of e^-slope for each point is left: the exact quantiles of such a tail.
    private static float[] Tail(int count, double slope) => [.. Enumerable.Range(1, count).Select(i => (float)(Math.Log(count / (double)i) / slope))];

    [Fact]
    public void Alarms_that_were_heard_are_counted()
    {
        var alarms = Tail(100, 1);
        var threshold = AlarmTail.Threshold(alarms, 40, usualSlope: 1);
        Assert.Equal(40, alarms.Count(score => score > threshold));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void Rarer_ones_follow_the_line_of_the_tail(double slope)
    {
        // Twenty alarms a stretch at score 0; half of one is left where twenty e^(-slope score) is a half.
        var alarms = Tail(20, slope);
        Assert.InRange(AlarmTail.Threshold(alarms, 0.5, slope), 0.9 * Math.Log(40) / slope, 1.15 * Math.Log(40) / slope);
    }

    [Fact]
    public void Few_alarms_lean_on_other_words()
    {
        float[] alarms = [1, 0];
        Assert.True(AlarmTail.Threshold(alarms, 0.1, usualSlope: 0.5) > AlarmTail.Threshold(alarms, 0.1, usualSlope: 2));
    }

    [Fact]
    public void Fewer_alarms_ask_for_more()
    {
        var alarms = Tail(60, 0.8);
        double[] allowed = [50, 20, 10, 2, 0.5, 0.05];
        var thresholds = allowed.Select(count => AlarmTail.Threshold(alarms, count, 0.8)).ToArray();
        Assert.Equal(thresholds.Order(), thresholds);
    }

    [Fact]
    public void Speech_without_a_single_alarm_says_nothing_of_the_threshold() => Assert.Equal(0, AlarmTail.Threshold([], 0.5, 1));
}
