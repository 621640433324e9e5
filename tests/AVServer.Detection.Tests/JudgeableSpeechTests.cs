namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class JudgeableSpeechTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(2, 0.95, 0.03, null)]
    [InlineData(1.1, 0.95, 0.03, SpeechDefect.TooShort)]
    [InlineData(2, 0.6, 0.03, SpeechDefect.NotSpeech)]
    [InlineData(2, double.NaN, 0.03, SpeechDefect.NotSpeech)]
    [InlineData(2, 0.95, 0.0003, SpeechDefect.TooQuiet)]
    [InlineData(2, 0.95, 0, SpeechDefect.TooQuiet)]
    [InlineData(2, 0.95, 1, SpeechDefect.Clipped)]
    public void Short_faint_clipped_or_doubtful_speech_is_not_judged(
        double seconds, double voice, float amplitude, SpeechDefect? expected) =>
        Assert.Equal(expected, JudgeableSpeech.DefectOf([amplitude, -amplitude], TimeSpan.FromSeconds(seconds), voice));

    [Fact]
    public void Loud_speech_that_touches_full_scale_now_and_then_is_judged()
    {
        var samples = new float[1_000];
        Array.Fill(samples, 0.5f);
        Array.Fill(samples, 1, 0, 10);
        Assert.Null(JudgeableSpeech.DefectOf(samples, TwoSeconds, 0.95));

        samples[10] = -1;
        Assert.Equal(SpeechDefect.Clipped, JudgeableSpeech.DefectOf(samples, TwoSeconds, 0.95));
    }

    [Fact]
    public void Float_samples_far_beyond_full_scale_are_not_clipped()
    {
        Assert.Equal(1, JudgeableSpeech.ClippedShare([1, -1.1f]));
        Assert.Equal(0, JudgeableSpeech.ClippedShare([1, -1.1f, 4]));
    }

    [Fact]
    public void Level_is_that_of_full_scale()
    {
        Assert.Equal(0, JudgeableSpeech.LevelDb([1, -1, 1]), 6);
        Assert.Equal(-20, JudgeableSpeech.LevelDb([0.1f, -0.1f]), 4);
        Assert.Equal(double.NegativeInfinity, JudgeableSpeech.LevelDb(new float[8]));
        Assert.Equal(double.NegativeInfinity, JudgeableSpeech.LevelDb([]));
        Assert.Equal(0, JudgeableSpeech.ClippedShare([]));
    }
}
