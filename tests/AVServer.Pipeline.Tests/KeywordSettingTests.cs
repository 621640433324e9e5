namespace AVServer.Pipeline.Tests;

/// <summary>
/// What a setting names must be there: the start stops with the setting and the name, not with a stream that hears nothing.
/// </summary>
[Trait("Category", "unit")]
public sealed class KeywordSettingTests
{
    private const string KeywordModel = "Pipeline:Keywords:0:Model";

    [Theory]
    [InlineData(KeywordModel, "computer-verifer", $"{KeywordModel}: expected one of the keyword models", "'computer-verifer'")]
    [InlineData(KeywordModel, "face-mesh", $"{KeywordModel}: expected one of the keyword models", "'face-mesh'")]
    [InlineData("Keywords:Lips", "lip-phonse", "Keywords:Lips: expected a model of lips out of lip-phones, lip-phones-nc", "'lip-phonse'")]
    [InlineData("Keywords:Lips", "face-mesh", "Keywords:Lips: expected a model of lips out of lip-phones, lip-phones-nc", "'face-mesh'")]
    [InlineData("Emotion:Model", "emotoin", "Emotion:Model: there is no emotion model", "'emotoin'")]
    public void Model_that_is_not_there_stops_the_start_with_its_name(string setting, string value, string expected, string got)
    {
        var fault = Assert.Throws<SetupException>(() => PipelineUnderTest.WithShippedModels((setting, value)).Dispose());
        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains(got, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("computer-verifier", "conputer", "expected computer, which computer-verifier knows, got 'conputer'.")]
    [InlineData("please-av", "please", "expected audio, visual, audioVisual, which please-av knows, got 'please'.")]
    public void Keyword_that_a_model_does_not_know_stops_the_start_with_its_name(string model, string keyword, string expected)
    {
        var fault = Assert.Throws<SetupException>(() => PipelineUnderTest.WithShippedModels(
            (KeywordModel, model), ($"Pipeline:Keywords:0:Thresholds:{keyword}", "0.5")).Dispose());
        Assert.Equal($"Pipeline:Keywords:0:Thresholds: {expected}", fault.Message);
    }

    [Fact]
    public void Model_that_is_named_twice_stops_the_start()
    {
        var fault = Assert.Throws<SetupException>(() => PipelineUnderTest.WithShippedModels(
            (KeywordModel, "computer-verifier"), ("Pipeline:Keywords:1:Model", "computer-verifier")).Dispose());
        Assert.StartsWith("Pipeline:Keywords:1:Model: expected each model once", fault.Message, StringComparison.Ordinal);
    }
}
