using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Cli.Tests;

[Trait("Category", "unit")]
public sealed class ScoreCommandTests
{
    [Fact]
    public async Task Files_are_printed_in_their_order_whichever_is_done_first()
    {
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var scorer = new FakeScorer(path =>
        {
            if (path == "d") last.SetResult();
            return path == "a" ? last.Task : Task.CompletedTask;
        });

        var (code, lines) = await RunAsync(scorer, ["a", "b", "c", "d"], jobs: 4);

        Assert.Equal(0, code);
        Assert.Equal(["a", "b", "c", "d"], lines.Select(line => line.GetProperty("file").GetString()));
    }

    [Fact]
    public async Task Line_has_duration_highest_scores_and_events()
    {
        var (_, lines) = await RunAsync(new FakeScorer(_ => Task.CompletedTask), ["a"], jobs: 1);

        var line = Assert.Single(lines);
        Assert.Equal(2.5, line.GetProperty("durationSeconds").GetDouble());
        Assert.Equal(0.75, line.GetProperty("maxPosterior").GetProperty("computer").GetDouble(), 6);
        Assert.Equal("wakeWord", line.GetProperty("events")[0].GetProperty("type").GetString());
        Assert.Equal(0.5, line.GetProperty("events")[0].GetProperty("start").GetDouble());
    }

    [Fact]
    public async Task File_that_can_not_be_scored_is_a_line_with_its_error_and_the_others_go_on()
    {
        var scorer = new FakeScorer(
            path => path == "bad" ? throw new MediaException(FaultCodes.Undecodable, "Expected sound.") : Task.CompletedTask);

        var (code, lines) = await RunAsync(scorer, ["good", "bad", "fine"], jobs: 2);

        Assert.Equal(1, code);
        Assert.Equal(3, lines.Count);
        Assert.Equal(FaultCodes.Undecodable, lines[1].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("fine", lines[2].GetProperty("file").GetString());
    }

    [Fact]
    public async Task Unknown_model_ends_the_run()
    {
        var scorer = new FakeScorer(_ => throw new Runtime.UnknownModelException("nope", ["computer-verifier"]));

        await Assert.ThrowsAsync<Runtime.UnknownModelException>(() => RunAsync(scorer, ["a", "b"], jobs: 1));
    }

    [Fact]
    public async Task Nothing_to_score_is_a_failure() =>
        Assert.Equal(1, (await RunAsync(new FakeScorer(_ => Task.CompletedTask), [], jobs: 1)).Code);

    private static async Task<(int Code, List<JsonElement> Lines)> RunAsync(FakeScorer scorer, string[] files, int jobs)
    {
        using var output = new StringWriter();
        using var results = ScoreResults.Open(null, resume: false, output);
        var code = await new ScoreRun(scorer, posteriors: false, model: null, jobs, TimeProvider.System)
            .RunAsync(files, results, page: null, TextWriter.Null, isTerminal: false, CancellationToken.None);
        return (code,
            [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    private sealed class FakeScorer(Func<string, Task> before) : IFileScorer
    {
        public async Task<ScoreReport> ScoreAsync(
            string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken)
        {
            await before(path);
            var word = new WakeWordEvent(
                "computer", 0.75f, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.1), Modality.Audio,
                new Dictionary<string, float> { ["audio"] = 0.75f },
                new ModelReference("fake", "1.0.0"), TimeSpan.FromSeconds(1.2));
            return new ScoreReport(path, 2.5, new Dictionary<string, float> { ["computer"] = 0.75f }, [word]);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
