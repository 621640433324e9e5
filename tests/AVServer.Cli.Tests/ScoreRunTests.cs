using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace AVServer.Cli.Tests;

/// <summary>Runs over many files that are broken off and gone on with.</summary>
[Trait("Category", "unit")]
public sealed class ScoreRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _error = new();

    private string Lines => Path.Combine(_folder.Path, "out", "lines.jsonl");

    private string Page => Path.Combine(_folder.Path, "out", "report.html");

    public void Dispose()
    {
        _folder.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Run_that_was_broken_off_goes_on_with_what_is_left()
    {
        using var stop = new CancellationTokenSource();
        var first = new FakeScorer(path =>
        {
            if (path == "d") stop.Cancel();
            if (path == "b") throw new MediaException(FaultCodes.Undecodable, "Expected sound.");
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(first, ["a", "b", "c", "d", "e"], stop.Token));
        Assert.Equal(["a", "b", "c"], Files());
        Assert.False(File.Exists(Page));
        // As a kill in the middle of a write would leave it.
        await File.AppendAllTextAsync(Lines, """{"file":"d","durationSeco""");

        var second = new FakeScorer(_ => { });
        Assert.Equal(0, await RunAsync(second, ["a", "b", "c", "d", "e"], default));
        Assert.Equal(["b", "d", "e"], second.Scored);
        Assert.Equal(["a", "c", "b", "d", "e"], Files());
        var page = await File.ReadAllTextAsync(Page);
        Assert.All(["a", "b", "c", "d", "e"], file => Assert.Contains($"<h2>{file}</h2>", page));
        Assert.Contains("<polyline", page);
        Assert.Contains("3 of 3 files and 2 of a run before", _error.ToString());

        var third = new FakeScorer(_ => { });
        Assert.Equal(0, await RunAsync(third, ["a", "b", "c", "d", "e"], default));
        Assert.Empty(third.Scored);
    }

    [Fact]
    public async Task Warnings_of_a_file_are_said_to_people_and_stand_in_its_line()
    {
        var scorer = new FakeScorer(_ => { }) { Warnings = [new ScoreWarning(WarningCodes.Damaged, "The media is damaged.")] };
        Assert.Equal(0, await RunAsync(scorer, ["a"], default));
        Assert.Contains("av: a: The media is damaged.", _error.ToString());
        Assert.Contains("\"warnings\":[{\"code\":\"damaged\"", await File.ReadAllTextAsync(Lines));
        Assert.Contains("The media is damaged.", await File.ReadAllTextAsync(Page));
    }

    [Fact]
    public async Task File_that_fails_is_on_the_page_with_its_reason()
    {
        var scorer = new FakeScorer(path =>
        {
            if (path == "bad") throw new MediaException(FaultCodes.Undecodable, "Expected <sound>.");
        });
        Assert.Equal(1, await RunAsync(scorer, ["good", "bad"], default));
        Assert.Contains("Expected &lt;sound&gt;.", await File.ReadAllTextAsync(Page));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Page)!, "*.part"));
    }

    [Fact]
    public void Results_of_hours_are_not_written_over_by_mistake()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Lines)!);
        File.WriteAllText(Lines, "precious\nnotes\n");
        Assert.Contains("--resume", Assert.Throws<IOException>(() => ScoreResults.Open(Lines, resume: false, TextWriter.Null)).Message);
        Assert.Throws<IOException>(() => ScoreResults.Open(Lines, resume: true, TextWriter.Null));
        Assert.Equal("precious\nnotes\n", File.ReadAllText(Lines));
    }

    [Fact]
    public void Progress_is_told_now_and_then_with_the_files_under_way()
    {
        var progress = new ScoreProgress(_error, isTerminal: false, files: 2, skipped: 0, _time);
        progress.Report("a", TimeSpan.FromMinutes(1));
        Assert.Empty(_error.ToString());
        _time.Advance(TimeSpan.FromSeconds(10));
        progress.Report("b", TimeSpan.FromMinutes(4));
        Assert.Equal("av: 0 of 2 files, 0:05:00 of media, 30.0 times real time", _error.ToString().Trim());
    }

    private async Task<int> RunAsync(FakeScorer scorer, string[] files, CancellationToken cancellationToken)
    {
        using var results = ScoreResults.Open(Lines, resume: true, TextWriter.Null);
        return await new ScoreRun(scorer, posteriors: true, model: null, jobs: 1, _time)
            .RunAsync(files, results, Page, _error, isTerminal: false, cancellationToken);
    }

    private IEnumerable<string?> Files() =>
        File.ReadAllLines(Lines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString());

    private sealed class FakeScorer(Action<string> before) : IFileScorer
    {
        public List<string> Scored { get; } = [];

        public IReadOnlyList<ScoreWarning>? Warnings { get; init; }

        public Task<ScoreReport> ScoreAsync(
            string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken)
        {
            before(path);
            cancellationToken.ThrowIfCancellationRequested();
            Scored.Add(path);
            onHeard(TimeSpan.FromSeconds(1));
            return Task.FromResult(
                new ScoreReport(
                    path, 2, new Dictionary<string, float> { ["computer"] = 0.5f }, [],
                    posteriors ? [new PosteriorCurve("computer", "fake", 0.08, [0.1f, 0.9f])] : null, Warnings: Warnings));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
