namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class AutomaticGainControlTests
{
    [Fact]
    public void Loud_speech_is_known_at_once_and_left_as_it_is()
    {
        var level = new AutomaticGainControl();
        level.Accept(Step(-60));
        Assert.False(level.IsSettled);
        level.Accept(Step(-25));
        Assert.True(level.IsSettled);
        Assert.Equal(0, LiftOf(level));
    }

    [Theory]
    [InlineData(-50, 20)]
    [InlineData(-58, 28)]
    [InlineData(-90, 30)]
    public void Quiet_speech_waits_and_is_lifted_to_minus_30_decibels_or_by_30_at_most(float decibels, float lifted)
    {
        var level = new AutomaticGainControl();
        for (var i = 0; i < AutomaticGainControl.MaxDelaySteps; i++)
        {
            Assert.False(level.IsSettled);
            level.Accept(Step(i % 2 == 0 ? decibels : decibels - 20));
        }
        Assert.True(level.IsSettled);
        Assert.Equal(lifted, LiftOf(level), 0.1f);
    }

    [Fact]
    public void What_becomes_loud_behind_quiet_speech_is_not_lifted()
    {
        var level = Heard(-50);
        level.Accept(Step(-45));
        Assert.Equal(20, LiftOf(level), 0.1f);
        level.Accept(Step(-20));
        Assert.Equal(0, LiftOf(level));
    }

    [Fact]
    public void Another_utterance_begins_anew()
    {
        var level = Heard(-50);
        level.Reset();
        Assert.False(level.IsSettled);
        level.Accept(Step(-25));
        Assert.Equal(0, LiftOf(level));
    }

    [Fact]
    public void Silence_is_no_reason_for_numbers_that_are_none()
    {
        var level = Heard(float.NegativeInfinity);
        Assert.InRange(LiftOf(level), 0, 30.1f);
        Assert.All(AutomaticGainControl.Normalise(new float[3000]), sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void Recording_that_is_whole_is_lifted_by_its_loudest_step()
    {
        float[] quiet = [.. Step(-60), .. Step(-50), .. Step(-60)];
        Assert.Equal(quiet[0] * 10, AutomaticGainControl.Normalise(quiet)[0], 1e-5f);
        float[] loud = [.. Step(-60), .. Step(-30)];
        Assert.Equal(loud, AutomaticGainControl.Normalise(loud));
    }

    // In decibels.
    private static float LiftOf(AutomaticGainControl level)
    {
        float[] sample = [0.01f];
        level.Amplify(sample);
        return 20 * MathF.Log10(sample[0] / 0.01f);
    }

    private static AutomaticGainControl Heard(float decibels)
    {
        var level = new AutomaticGainControl();
        for (var i = 0; i < AutomaticGainControl.MaxDelaySteps; i++) level.Accept(Step(decibels));
        return level;
    }

    private static float[] Step(float decibels)
    {
        var samples = new float[AudioClock.StepSamples];
        Array.Fill(samples, MathF.Pow(10, decibels / 20));
        return samples;
    }
}
