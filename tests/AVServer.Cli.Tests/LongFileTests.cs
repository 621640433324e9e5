using System.Runtime.InteropServices;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

/// <summary>Memory is counted for the whole process: nothing else may run in it meanwhile.</summary>
[CollectionDefinition(nameof(LongFileTests), DisableParallelization = true)]
public sealed class LongFileCollection;

/// <summary>A long file in this process, by a model that hears loudness.</summary>
[Trait("Category", "slow")]
[Collection(nameof(LongFileTests))]
public sealed class LongFileTests : IDisposable
{
    private const int Rate = 16_000;
    private const long MostGrowth = 2 << 20;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder _folder = new();

    private string Models => Path.Combine(_folder.Path, "models");

    private string Lines => Path.Combine(_folder.Path, "lines.jsonl");

    public LongFileTests() => new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(Models);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Memory_does_not_grow_with_the_length_and_a_run_that_was_cancelled_in_it_is_resumed()
    {
        var (brief, archive) = (await WriteAsync("a.wav", TimeSpan.FromSeconds(20)), await WriteAsync("b.wav", Length));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync([brief, archive], (_, at) =>
        {
            if (at > Length / 4) stop.Cancel();
        }, resume: false, stop.Token));
        Assert.Single(File.ReadAllLines(Lines));

        var scored = new HashSet<string>();
        var (early, late) = (0L, 0L);
        Assert.Equal(0, await RunAsync([brief, archive], (file, at) =>
        {
            scored.Add(file);
            if (early == 0 && at > Length / 10) early = GC.GetTotalMemory(forceFullCollection: true);
            else if (late == 0 && at > Length * 0.9) late = GC.GetTotalMemory(forceFullCollection: true);
        }, resume: true, default));

        Assert.Equal([archive], scored);
        Assert.Equal(2, File.ReadAllLines(Lines).Length);
        Assert.Contains("\"durationSeconds\":600,", File.ReadAllLines(Lines)[1], StringComparison.Ordinal);
        Assert.True(late - early < MostGrowth, $"Expected as much memory at the end as at the beginning, got {late - early} bytes more.");
    }

    private async Task<int> RunAsync(string[] files, Action<string, TimeSpan> onHeard, bool resume, CancellationToken cancellationToken)
    {
        await using var local = new LocalScorer(Models);
        using var results = ScoreResults.Open(Lines, resume, TextWriter.Null);
        return await new ScoreRun(new Watched(local, onHeard), posteriors: true, model: null, jobs: 1, TimeProvider.System)
            .RunAsync(files, results, page: null, TextWriter.Null, isTerminal: false, cancellationToken);
    }

    // A quiet room, and a loud moment each minute.
    private async Task<string> WriteAsync(string name, TimeSpan length)
    {
        var random = new Random(1);
        var samples = new short[(int)(length.TotalSeconds * Rate)];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)((random.NextDouble() - 0.5) * (i % (60 * Rate) is >= 80_000 and < 84_800 ? 30_000 : 20));
        var (raw, file) = (Path.Combine(_folder.Path, "raw"), Path.Combine(_folder.Path, name));
        await File.WriteAllBytesAsync(raw, MemoryMarshal.AsBytes<short>(samples).ToArray());
        using var ffmpeg = System.Diagnostics.Process.Start(
            "ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", raw, file]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return file;
    }

    private sealed class Watched(IFileScorer scorer, Action<string, TimeSpan> onHeard) : IFileScorer
    {
        public Task<Contracts.ScoreReport> ScoreAsync(
            string path, bool posteriors, string? model, Action<TimeSpan> heard, CancellationToken cancellationToken) =>
            scorer.ScoreAsync(path, posteriors, model, at =>
            {
                heard(at);
                onHeard(path, at);
            }, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
