using System.Text.Json;
using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class ModelManifestTests
{
    [Fact]
    public void Manifest_written_and_read_again_is_the_same_text()
    {
        var json = Spotter().ToJson();

        Assert.Equal(json, ModelManifest.Parse(json).ToJson());
        Assert.Contains("\"kind\": \"keywordSpotter\"", json, StringComparison.Ordinal);
        Assert.Contains("\"chunkFrames\": 8", json, StringComparison.Ordinal);
        Assert.DoesNotContain("outputsPerChunk", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_that_is_sound_has_no_errors() => Assert.Empty(Spotter().Validate());

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"name":"a","version":"1","kind":"keywordSpotter","licence":"MIT","files":{"model.onnx":null}}""")]
    [InlineData("""{"name":null,"version":"1","kind":"keywordSpotter","licence":"MIT","files":{}}""")]
    [InlineData("""{"name":"a","version":"1","kind":"oracle","licence":"MIT","files":{}}""")]
    [InlineData("""{"name":"a","version":"1","kind":"keywordSpotter","licence":"MIT","files":{},"labels":[null]}""")]
    public void Manifest_with_missing_or_wrong_members_is_refused(string json) =>
        Assert.Throws<JsonException>(() => ModelManifest.Parse(json));

    [Fact]
    public void Manifest_with_several_faults_lists_each()
    {
        var manifest = Spotter() with
        {
            Name = "Upper Case",
            Licence = "",
            Labels = ["computer", "computer"],
            Streaming = new StreamingSpec(10, 4, [0], 0),
            OperatingPoint = new OperatingPoint(0),
        };

        var errors = manifest.Validate();

        Assert.Equal(
            ["labels", "licence", "name", "operatingPoint.falseAlarmsPerHour", "streaming.cacheShape", "streaming.chunkFrames",
                "streaming.receptiveFieldFrames"],
            errors.Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Calibration_that_is_not_monotone_is_refused()
    {
        var table = new CalibrationTable("made up", 10, 10, [new(0.1, 1, 0.1), new(0.2, 2, 0.05), new(0.2, 1, 0.2)]);
        var errors = (Spotter() with { Calibration = new Dictionary<string, CalibrationTable> { ["computer"] = table } }).Validate();

        Assert.Equal(3, errors.Count); // alarms rise, misses fall, a threshold stands twice
    }

    [Fact]
    public void Emotion_model_that_is_sound_has_no_errors()
    {
        var json = Emotion().ToJson();

        Assert.Empty(Emotion().Validate());
        Assert.Empty(
            (Emotion() with { Inputs = [.. Emotion().Inputs.Take(2)], Emotion = new EmotionSpec(EmotionFrontEnd.LightSerNet) }).Validate());
        Assert.Contains("\"frontEnd\": \"mfccDeltas\"", json, StringComparison.Ordinal);
        Assert.Equal(json, ModelManifest.Parse(json).ToJson());
    }

    [Fact]
    public void Emotion_model_with_several_faults_lists_each()
    {
        var manifest = Emotion() with
        {
            Labels = ["angry"],
            Emotion = new EmotionSpec(
                EmotionFrontEnd.MfccDeltas, MaxSeconds: 0, MaxWords: 0, WordVectors: null, Temperature: 0, MinimumConfidence: 1),
        };

        Assert.Equal(
            ["emotion.maxSeconds", "emotion.maxWords", "emotion.minimumConfidence", "emotion.temperature", "inputs", "labels", "logits",
                "words"],
            manifest.Validate().Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.Single((manifest with { Labels = ["angry", "happy"], Emotion = null }).Validate());
        var votes = Emotion() with
        {
            Inputs = [.. Emotion().Inputs.Take(2)],
            Emotion = new EmotionSpec(EmotionFrontEnd.MfccDeltas, WordVotes: "votes")
        };
        Assert.StartsWith("emotion.wordVotes:", Assert.Single(votes.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Lips_that_know_phones_have_a_logit_for_each_and_their_priors()
    {
        var file = new ModelFile(new string('0', 64), 1);
        var lips = new ModelManifest
        {
            Name = "lips",
            Version = "1",
            Kind = ModelKind.LipPhones,
            Licence = "MIT",
            Files = new Dictionary<string, ModelFile> { [ModelManifest.MainFile] = file, [LipPhoneFiles.Table] = file },
            Labels = ["P", "AA", "SIL"],
            Inputs = [new("mouth", [-1, -1, 228])],
            Outputs = [new("logits", [-1, -1, 3])],
        };

        Assert.Empty(lips.Validate());
        Assert.Single((lips with { Labels = ["P", "AA"] }).Validate());
        Assert.Single((lips with { Inputs = [new("mouth", [-1, 228])] }).Validate());
        Assert.Single((lips with { Files = new Dictionary<string, ModelFile> { [ModelManifest.MainFile] = file } }).Validate());
    }

    [Fact]
    public void Word_vectors_need_words_and_vectors_instead_of_a_graph()
    {
        var file = new ModelFile(new string('0', 64), 1);
        var manifest = new ModelManifest
        {
            Name = "words",
            Version = "1",
            Kind = ModelKind.WordVectors,
            Licence = "PDDL-1.0",
            Files = new Dictionary<string, ModelFile> { ["words.txt"] = file }
        };

        Assert.StartsWith("files: expected vectors.f16", Assert.Single(manifest.Validate()), StringComparison.Ordinal);
        Assert.Empty(
            (manifest with { Files = new Dictionary<string, ModelFile> { ["words.txt"] = file, ["vectors.f16"] = file } }).Validate());
    }

    private static ModelManifest Emotion() => new()
    {
        Name = "feelings",
        Version = "1.0.0",
        Kind = ModelKind.Emotion,
        Licence = "Apache-2.0",
        Files = new Dictionary<string, ModelFile> { [ModelManifest.MainFile] = new(new string('0', 64), 1) },
        Labels = ["angry", "happy", "sad", "neutral"],
        Inputs = [new("features", [-1, -1, 96]), new("frames", [-1]), new("words", [-1, 128, 100]), new("wordCount", [-1])],
        Outputs = [new("logits", [-1, 4])],
        Emotion = new EmotionSpec(EmotionFrontEnd.MfccDeltas, WordVectors: "glove-100d", Temperature: 1.4, MinimumConfidence: 0.45),
    };

    private static ModelManifest Spotter()
    {
        using var folder = new TemporaryFolder();
        return ModelManifest.Parse(File.ReadAllText(Path.Combine(new FakeSpotter().Write(folder.Path), ModelManifest.FileName)));
    }
}
