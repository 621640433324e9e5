namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class CandidateWatchTests
{
    [Fact]
    public void Watch_judges_candidate_step_and_those_after_it()
    {
        var watch = new CandidateWatch(0.5f, 0.8f, watchSteps: 3, refractorySteps: 5);

        var asked = new[] { 0.1f, 0.6f, 0.1f, 0.1f, 0.1f }.Select((first, step) => watch.Next(step, first)).ToArray();

        Assert.Equal([false, true, true, true, false], asked);
    }

    [Fact]
    public void Watch_stays_open_while_first_stage_stays_high()
    {
        var watch = new CandidateWatch(0.5f, 0.8f, watchSteps: 1, refractorySteps: 5);

        Assert.True(watch.Next(0, 0.6f));
        Assert.True(watch.Next(1, 0.6f));
        Assert.False(watch.Next(2, 0.4f));
    }

    [Fact]
    public void Detection_is_followed_by_refractory_period_without_candidates()
    {
        var watch = new CandidateWatch(0.5f, 0.8f, watchSteps: 3, refractorySteps: 2);

        Assert.True(watch.Next(0, 0.9f));
        Assert.True(watch.Judge(0, 0.8f));
        Assert.False(watch.Next(1, 0.9f));
        Assert.False(watch.Next(2, 0.9f));
        Assert.True(watch.Next(3, 0.9f));
    }

    [Fact]
    public void Rejected_candidate_is_judged_again_next_step()
    {
        var watch = new CandidateWatch(0.5f, 0.8f, watchSteps: 2, refractorySteps: 2);

        Assert.True(watch.Next(0, 0.9f));
        Assert.False(watch.Judge(0, 0.79f));
        Assert.True(watch.Next(1, 0f));
        Assert.True(watch.Judge(1, 0.81f));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Raising_the_second_threshold_never_adds_detections(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var first = Enumerable.Range(0, 200).Select(_ => random.NextSingle()).ToArray();
            var second = Enumerable.Range(0, 200).Select(_ => random.NextSingle()).ToArray();
            var refractory = random.Next(0, 12);
            int Count(float threshold)
            {
                var watch = new CandidateWatch(0.9f, threshold, 3, refractory);
                return Enumerable.Range(0, 200).Count(step => watch.Next(step, first[step]) && watch.Judge(step, second[step]));
            }

            var counts = new[] { 0.2f, 0.5f, 0.8f, 0.95f }.Select(Count).ToArray();

            Assert.True(counts.SequenceEqual(counts.OrderDescending()), $"seed {seed}, round {round}: {string.Join(", ", counts)}");
        }
    }
}
