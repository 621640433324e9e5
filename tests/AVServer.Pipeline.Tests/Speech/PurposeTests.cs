using Microsoft.Extensions.Options;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Emotion needs a purpose, and two purposes are refused.</summary>
[Trait("Category", "unit")]
public sealed class PurposeTests
{
    [Theory]
    [InlineData("workplace")]
    [InlineData("Work-Place monitoring")]
    [InlineData("W0RKPLACE")]
    [InlineData("w o r k p l a c e")]
    [InlineData("atWork")]
    [InlineData("employee wellbeing")]
    [InlineData("Recruitment")]
    [InlineData("HR interviews")]
    [InlineData("call centre staff")]
    [InlineData("education")]
    [InlineData("Educational")]
    [InlineData("classroom attention")]
    [InlineData("students' engagement")]
    [InlineData("school")]
    [InlineData("e-learning")]
    [InlineData("exam proctoring")]
    [InlineData("university lectures")]
    [InlineData("Arbeitsplatz")]
    [InlineData("Schüler im Unterricht")]
    public void Purposes_at_work_and_in_education_are_refused_with_the_reason(string purpose)
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => PipelineUnderTest.WithEmotion(purpose: purpose));

        Assert.Contains("Art. 5(1)(f)", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(purpose, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demonstration")]
    [InlineData("research on machine learning")]
    [InlineData("academic research")]
    [InlineData("a game that hears how players are")]
    [InlineData("accessibility: captions with tone")]
    [InlineData("a classical example of fireworks")]
    [InlineData("therapy at home, with consent")]
    [InlineData("e-commerce learning from voices")]
    public void Other_purposes_turn_emotion_on(string purpose)
    {
        using var test = PipelineUnderTest.WithEmotion(purpose: purpose);

        var model = Assert.Single(test.Pipeline.Models, model => model.Kind == "emotion");
        Assert.True(model.Active);
        Assert.Null(model.Note);
        Assert.Equal(["angry", "happy", "sad", "neutral"], model.Emotions);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public void Without_a_purpose_emotion_is_off_and_says_so(string? purpose)
    {
        using var test = PipelineUnderTest.WithEmotion(purpose: purpose);

        var model = Assert.Single(test.Pipeline.Models, model => model.Kind == "emotion");
        Assert.False(model.Active);
        Assert.Contains("Emotion:Purpose", model.Note, StringComparison.Ordinal);
        Assert.Empty(model.Keywords);
        Assert.Equal("none", test.Pipeline.Transcriber);
    }

    [Fact]
    public void Model_that_is_not_there_is_named_with_those_that_are()
    {
        var thrown = Assert.Throws<SetupException>(() => PipelineUnderTest.WithEmotion(settings: ("Emotion:Model", "no-such")));

        Assert.Contains("'no-such'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("there is emotion", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vosk_that_is_asked_for_but_not_there_is_told_with_the_remedy()
    {
        var thrown = Assert.Throws<SetupException>(() => PipelineUnderTest.WithEmotion(settings: ("Speech:Transcriber", "vosk")));

        Assert.Contains("scripts/setup.sh", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_do_not_fit_the_model_are_told_with_the_tables_that_they_come_from()
    {
        var thrown = Assert.Throws<SetupException>(
            () => PipelineUnderTest.WithEmotion(emotion: new TestKit.FakeEmotion { WordVotes = "glove-100d" }));

        Assert.Contains("got 200 from glove-100d and glove-100d", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_that_only_hears_works_with_its_own_front_end()
    {
        using var test = PipelineUnderTest.WithEmotion(emotion: new TestKit.FakeEmotion { FrontEnd = "lightSerNet", WordVectors = null });

        Assert.Contains(test.Pipeline.Models, model => model is { Kind: "emotion", Active: true });
    }
}
