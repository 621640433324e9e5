namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class KeywordTriggerTests
{
    [Fact]
    public void Trigger_at_threshold_fires_once_and_again_after_refractory_period()
    {
        var trigger = new KeywordTrigger(0.5f, refractoryFrames: 3);

        var fired = new[] { 0.4f, 0.5f, 0.9f, 0.9f, 0.9f, 0.1f }.Select((score, frame) => trigger.Next(frame, score)).ToArray();

        Assert.Equal([false, true, false, false, true, false], fired);
    }

    [Fact]
    public void Trigger_score_that_is_no_number_stays_silent() => Assert.False(new KeywordTrigger(0.5f, 1).Next(0, float.NaN));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Triggers_are_never_closer_than_refractory_period_and_never_more_at_a_higher_threshold(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var curve = Enumerable.Range(0, 300).Select(_ => random.NextSingle()).ToArray();
            var refractory = random.Next(0, 20);
            var before = int.MaxValue;
            foreach (var threshold in new[] { 0.1f, 0.3f, 0.5f, 0.7f, 0.9f, 0.99f })
            {
                var trigger = new KeywordTrigger(threshold, refractory);
                var frames = Enumerable.Range(0, curve.Length).Where(frame => trigger.Next(frame, curve[frame])).ToArray();
                Assert.All(
                    frames.Zip(frames.Skip(1)), pair => Assert.True(pair.Second - pair.First >= refractory, $"seed {seed}, round {round}"));
                Assert.True(
                    frames.Length <= before, $"seed {seed}, round {round}: {frames.Length} triggers at {threshold}, {before} below it");
                before = frames.Length;
            }
        }
    }
}
