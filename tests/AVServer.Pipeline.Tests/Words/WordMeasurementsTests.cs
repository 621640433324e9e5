using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Pipeline.Tests.Words;

/// <summary>What was found of a word in stored speech outlives the run.</summary>
[Trait("Category", "unit")]
public sealed class WordMeasurementsTests : IDisposable
{
    private const int SmallThresholdAt = 8;

    private static readonly int[][] Phones = [[19, 0, 27], [19, 3]];

    private static readonly WordStatistics Measured = new(
        [.. Phones.Select(phones => new WordPath(0, phones, 0.25f))], -1.5f, WordPath.NoThreshold,
        [new BackgroundCandidate(7, 0.1f, [1, 2.5f]), new BackgroundCandidate(1L << 33, -3, [float.Epsilon, -1])]);

    private readonly TemporaryFolder _models = new();
    private readonly TemporaryFolder _kept = new();
    private readonly LogLines _log = new();

    public WordMeasurementsTests()
    {
        new FakeSpotter { Centre = 30 }.Write(_models.Path);
        TypedWordModels.Write(_models.Path);
    }

    private string[] Files => Directory.GetFiles(_kept.Path);

    public void Dispose()
    {
        _models.Dispose();
        _kept.Dispose();
    }

    [Fact]
    public async Task Next_run_has_what_this_one_found_and_looks_no_more()
    {
        var found = await MeasureAsync();
        Assert.NotEmpty(found.Candidates);
        AssertSame(found, await MeasureAsync());

        var file = Assert.Single(Files);
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        BitConverter.TryWriteBytes(bytes.AsSpan(SmallThresholdAt), 12.5f);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(12.5f, (await MeasureAsync()).SmallRecogniserThreshold);
    }

    [Fact]
    public void What_is_kept_is_found_under_its_key_and_cut_off_it_is_none()
    {
        var store = ModelStore.Open(_models.Path);
        Open().Keep("a", Measured);
        AssertSame(Measured, Open().Find("a", Phones)!);
        Assert.Null(Open().Find("b", Phones));

        var file = Assert.Single(Files);
        var bytes = File.ReadAllBytes(file);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(file, bytes[..length]);
            Assert.Null(Open(store: store).Find("a", Phones));
        }
        Open().Keep("a", Measured);
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Files)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Other_models_look_for_themselves()
    {
        Open().Keep("a", Measured);
        var path = Path.Combine(_models.Path, "phones-en", "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["files"]!["other"] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData([1])), ["bytes"] = 1 };
        File.WriteAllText(path, manifest.ToJsonString());
        File.WriteAllBytes(Path.Combine(_models.Path, "phones-en", "other"), [1]);
        Assert.Null(Open().Find("a", Phones));
    }

    [Fact]
    public void Folder_that_can_not_be_written_is_told()
    {
        var file = Path.Combine(_kept.Path, "file");
        File.WriteAllText(file, "");
        var measurements = Open(Path.Combine(file, "folder"));
        measurements.Keep("a", Measured);
        Assert.Null(measurements.Find("a", Phones));
        Assert.Contains("Keywords:MeasuredPath", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private static void AssertSame(WordStatistics expected, WordStatistics got)
    {
        Assert.Equal(
            (expected.SmallRecogniserThreshold, expected.LargeRecogniserThreshold),
            (got.SmallRecogniserThreshold, got.LargeRecogniserThreshold));
        Assert.Equal(
            expected.Paths.Select(path => (path.Threshold, string.Join(' ', path.Phones))),
            got.Paths.Select(path => (path.Threshold, string.Join(' ', path.Phones))));
        Assert.Equal(
            expected.Candidates.Select(one => (one.End, one.Score, string.Join(' ', one.Embedding))),
            got.Candidates.Select(one => (one.End, one.Score, string.Join(' ', one.Embedding))));
    }

    private WordMeasurements Open(string? folder = null, ModelStore? store = null) =>
        WordMeasurements.Open(folder ?? _kept.Path, store ?? ModelStore.Open(_models.Path), _log);

    private async Task<WordStatistics> MeasureAsync()
    {
        await using var services = PipelineServices.BuildPipeline(
            _models.Path, new("Keywords:Shipped", "false"), new("Keywords:MeasuredPath", _kept.Path));
        var model = services.GetRequiredService<KeywordRegistry>().Model!;
        int[] phones = [.. "M AA R V IH N".Split(' ').Select(model.States.IndexOf)];
        return model.Calibrator.Measure([phones], model.Rescorer.Spellings("marvin", []), TestContext.Current.CancellationToken);
    }

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
