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
            ["labels", "licence", "name", "operatingPoint.falseAlarmsPerHour", "streaming.cacheShape", "streaming.chunkFrames", "streaming.receptiveFieldFrames"],
            errors.Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Calibration_that_is_not_monotone_is_refused()
    {
        var table = new CalibrationTable("made up", 10, 10, [new(0.1, 1, 0.1), new(0.2, 2, 0.05), new(0.2, 1, 0.2)]);
        var errors = (Spotter() with { Calibration = new Dictionary<string, CalibrationTable> { ["computer"] = table } }).Validate();

        Assert.Equal(3, errors.Count); // alarms rise, misses fall, a threshold stands twice
    }

    private static ModelManifest Spotter()
    {
        using var folder = new TemporaryFolder();
        return ModelManifest.Parse(File.ReadAllText(Path.Combine(new FakeSpotter().Write(folder.Path), ModelManifest.FileName)));
    }
}
