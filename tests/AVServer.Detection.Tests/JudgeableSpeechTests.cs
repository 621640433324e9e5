namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class JudgeableSpeechTests
{
    [Theory]
    [InlineData(2, 0.95, -30, true)]
    [InlineData(1.1, 0.95, -30, false)]
    [InlineData(2, 0.6, -30, false)]
    [InlineData(2, 0.95, -70, false)]
    [InlineData(2, double.NaN, -30, false)]
    [InlineData(2, 0.95, double.NegativeInfinity, false)]
    public void Short_faint_or_doubtful_speech_is_not_judged(double seconds, double voice, double levelDb, bool expected) =>
        Assert.Equal(expected, JudgeableSpeech.Is(TimeSpan.FromSeconds(seconds), voice, levelDb));

    [Fact]
    public void Level_is_that_of_full_scale()
    {
        Assert.Equal(0, JudgeableSpeech.LevelDb([1, -1, 1]), 6);
        Assert.Equal(-20, JudgeableSpeech.LevelDb([0.1f, -0.1f]), 4);
        Assert.Equal(double.NegativeInfinity, JudgeableSpeech.LevelDb(new float[8]));
        Assert.Equal(double.NegativeInfinity, JudgeableSpeech.LevelDb([]));
    }
}
