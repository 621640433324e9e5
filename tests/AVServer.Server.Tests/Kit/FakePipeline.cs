using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;

namespace AVServer.Server.Tests.Kit;

/// <summary>
/// A pipeline whose events follow from its input: a chunk of sound that begins with <c>W</c> is a wake word, with <c>O</c> the first of the
/// stream's own words, with <c>X</c> a failure, one of odd length a fault; text is what was said; container bytes that begin with
/// <c>bad</c> can't be decoded.
/// </summary>
internal sealed class FakePipeline : IStreamPipeline
{
    public static readonly ModelReference Model = new("fake", "1");

    private TaskCompletionSource _open = Opened();
    private int _running;

    public IReadOnlyList<ModelSummary> Models { get; set; } =
        [new("fake", "1", "keywordSpotter", ["computer"], "Apache-2.0", Active: true, 0.5f, 1.0)];

    /// <summary>Runs that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Chunks of sound and bytes that were heard, over all streams.</summary>
    public long Heard;

    /// <summary>Files that are being scored.</summary>
    public int Scoring;

    /// <summary>Step of a job after which the pipeline pauses; none by default.</summary>
    public int PauseAfterStep { get; set; }

    /// <summary>Hears nothing more until <see cref="Resume"/>.</summary>
    public void Pause() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _open.TrySetResult();

    public string Transcriber { get; set; } = "none";

    /// <summary>Whether it was warmed up.</summary>
    public bool IsWarm { get; private set; }

    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        IsWarm = true;
        return Task.CompletedTask;
    }

    public Task PrepareAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken)
    {
        foreach (var word in words) FakeKeywords.Measure(word);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StreamEvent> RunAsync(
        StreamRequest request, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            yield return new OpenedEvent([Model]);
            var time = TimeSpan.Zero;
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                await _open.Task.WaitAsync(cancellationToken);
                Interlocked.Increment(ref Heard);
                var fault = FaultOf(chunk, time);
                if (fault is not null)
                {
                    yield return fault;
                    yield return new ClosedEvent(CloseReason.Faulted, time);
                    yield break;
                }
                if (chunk.Kind == MediaKind.Text)
                {
                    yield return new SpeechEvent(System.Text.Encoding.UTF8.GetString(chunk.Payload.Span), time, time);
                    continue;
                }
                time = chunk.Time;
                if (request.Telemetry)
                    yield return new TelemetryEvent(
                        time, -20, true, new Dictionary<string, float[]> { ["computer"] = new float[64] }, TimeSpan.FromMilliseconds(40));
                var scores = new Dictionary<string, float> { ["firstStage"] = 0.9f };
                if (WordIn(chunk, request) is { } word)
                    yield return new WakeWordEvent(word, 0.9f, time, time, Modality.Audio, scores, Model, time);
            }
            yield return new ClosedEvent(CloseReason.Completed, time);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public async Task<ScoreReport> ScoreFileAsync(string path, ScoreRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Scoring);
        try
        {
            return await ScoreAsync(path, request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref Scoring);
        }
    }

    /// <summary>A second of media a byte.</summary>
    public Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<TimeSpan?>(TimeSpan.FromSeconds(new FileInfo(path).Length));

    private async Task<ScoreReport> ScoreAsync(string path, ScoreRequest request, CancellationToken cancellationToken)
    {
        await _open.Task.WaitAsync(cancellationToken);
        if (File.ReadAllBytes(path).AsSpan().StartsWith("bad"u8))
            throw new MediaException(FaultCodes.Undecodable, "Expected a media file, got 'bad'.");
        var length = new FileInfo(path).Length;
        if (request.OnEvents is not null) return await ScoreInStepsAsync(length, request, cancellationToken);
        var curve = new PosteriorCurve("computer", request.Model ?? "fake", 0.08, [0.1f, 0.9f]);
        return new ScoreReport(
            request.FileName, length, MaxPosteriorOf(request), [new FaultEvent("path", path)], request.Posteriors ? [curve] : null,
            Warnings: HeardOnly(request));
    }

    // A wake word a step of a tenth; the valve holds each.
    private async Task<ScoreReport> ScoreInStepsAsync(long length, ScoreRequest request, CancellationToken cancellationToken)
    {
        for (var step = 1; step <= 10; step++)
        {
            await _open.Task.WaitAsync(cancellationToken);
            var at = TimeSpan.FromSeconds(length * step / 10.0);
            request.OnEvents!([new WakeWordEvent("computer", 0.9f, at, at, Modality.Audio, new Dictionary<string, float>(), Model, at)]);
            request.OnProgress?.Invoke(at);
            Heard++;
            if (step == PauseAfterStep) Pause();
        }
        PosteriorCurve[]? curves = request.Posteriors ? [new PosteriorCurve("computer", "fake", 0.08, [0.1f, 0.9f])] : null;
        return new ScoreReport(request.FileName, length, MaxPosteriorOf(request), [], curves, Warnings: HeardOnly(request));
    }

    private static ScoreWarning[]? HeardOnly(ScoreRequest request) =>
        request.Video ? null : [new ScoreWarning("heardOnly", "Pictures don't count.")];

    private static string? WordIn(MediaChunk chunk, StreamRequest request) => chunk.Payload.Span[0] switch
    {
        (byte)'W' => "computer",
        (byte)'O' => request.Words[0].Text,
        _ => null,
    };

    private static Dictionary<string, float> MaxPosteriorOf(ScoreRequest request) =>
        request.Words.Select(word => word.Text).Prepend("computer").ToDictionary(word => word, _ => 0.9f);

    private static FaultEvent? FaultOf(MediaChunk chunk, TimeSpan time)
    {
        var payload = chunk.Payload.Span;
        if (payload[0] == 'X') throw new InvalidOperationException("The fake pipeline was told to fail.");
        if (chunk.Kind == MediaKind.Text) return null;
        if (chunk.Kind == MediaKind.Container)
            return payload.StartsWith("bad"u8) ? new FaultEvent(FaultCodes.Undecodable, "Expected a container, got 'bad'.") : null;
        if (payload.Length % 2 != 0) return new FaultEvent(FaultCodes.BadChunk, "Expected whole samples, got an odd number of bytes.");
        return chunk.Time < time ? new FaultEvent(FaultCodes.TimeWentBack, "Expected a time after the last chunk's, got an earlier one.")
            : null;
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
