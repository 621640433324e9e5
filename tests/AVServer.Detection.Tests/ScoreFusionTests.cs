namespace AVServer.Detection.Tests;

/// <summary>What a trained model's posterior adds to a typed word.</summary>
[Trait("Category", "unit")]
public sealed class ScoreFusionTests
{
    [Theory]
    // By hand: half of what the log-odds lie above -4; 0.5 has 0, 0.881 has 2, 0.982 has 4.
    [InlineData(0.5f, 2)]
    [InlineData(0.8807971f, 3)]
    [InlineData(0.98201376f, 4)]
    [InlineData(0.017986f, 0)]
    [InlineData(0.001f, 0)]
    [InlineData(0f, 0)]
    public void Gain_is_half_of_the_log_odds_above_the_floor(float posterior, float gain) =>
        Assert.Equal(gain, ScoreFusion.Gain(posterior), 1e-4f);

    [Fact]
    public void A_model_that_is_sure_adds_a_finite_gain()
    {
        Assert.True(float.IsFinite(ScoreFusion.Gain(1)));
        Assert.True(ScoreFusion.Gain(1) > ScoreFusion.Gain(0.999f));
    }
}
