namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class StageFusionTests
{
    [Theory]
    [InlineData(0.5f, 0.5f, 1, 0.5f)]
    [InlineData(0.8f, 0.5f, 0.5f, 0.8f)]      // a first stage that knows nothing changes nothing
    [InlineData(0.5f, 0.8f, 1, 0.8f)]
    [InlineData(0.8f, 0.8f, 1, 0.941176f)]    // odds 4 · 4
    [InlineData(0.8f, 0.8f, 0.5f, 0.888889f)] // odds 4 · 2
    [InlineData(0.8f, 0.2f, 1, 0.5f)]
    public void Log_odds_add_up_by_their_weight(float second, float first, float weight, float joint)
    {
        var fusion = new StageFusion(weight, steps: 1);
        fusion.Hear(0, first);

        Assert.Equal(joint, fusion.Join(second), 1e-5f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3f)]
    [InlineData(1)]
    public void Without_weight_the_second_stage_decides_alone(float second)
    {
        var fusion = new StageFusion(0, steps: 3);
        fusion.Hear(0, 0.9f);

        Assert.Equal(second, fusion.Join(second));
    }

    [Fact]
    public void Highest_of_the_latest_steps_counts_and_what_is_older_does_not()
    {
        var fusion = new StageFusion(1, steps: 3);
        float[] first = [0.9f, 0.2f, 0.3f, 0.1f];
        float[] joint = [.. first.Select((score, step) =>
        {
            fusion.Hear(step, score);
            return fusion.Join(0.5f);
        })];

        Assert.All(joint.Zip([0.9f, 0.9f, 0.9f, 0.3f]), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));

        fusion.Hear(100, 0.05f);   // the gate was closed meanwhile
        Assert.Equal(0.05f, fusion.Join(0.5f), 1e-5f);
    }

    [Fact]
    public void Certainty_stays_a_posterior_that_can_be_compared()
    {
        var fusion = new StageFusion(0.5f, steps: 2);
        fusion.Hear(0, 0);
        Assert.InRange(fusion.Join(1), 0.5f, 1);
        fusion.Hear(1, 1);
        Assert.InRange(fusion.Join(0), 0, 0.5f);
    }

    [Theory]
    [InlineData(-0.1f, 1)]
    [InlineData(1, 0)]
    public void Numbers_below_their_bounds_are_refused(float weight, int steps) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StageFusion(weight, steps));
}
