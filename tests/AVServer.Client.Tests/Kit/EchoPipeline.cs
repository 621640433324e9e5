using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;

namespace AVServer.Client.Tests.Kit;

/// <summary>
/// Hears every wake word in every chunk of sound; a chunk of odd length can't be used. A stream whose id begins with "short" ends at a
/// limit of three chunks, one with "crowded" is refused after three.
/// </summary>
internal sealed class EchoPipeline : IStreamPipeline
{
    private static readonly ModelReference Echo = new("echo", "1");

    public IReadOnlyList<ModelSummary> Models { get; } =
        [new("echo", "1", "keywordSpotter", ["computer"], "Apache-2.0", Active: true, 0.5f, 1.0), .. FakeKeywords.Models];

    public string Transcriber { get; set; } = "none";

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PrepareAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken)
    {
        foreach (var word in words) FakeKeywords.Measure(word);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StreamEvent> RunAsync(
        StreamRequest request, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new OpenedEvent([Echo]);
        var time = TimeSpan.Zero;
        var heard = 0;
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            if (heard++ == 3 && EndOf(request.StreamId) is { } end)
            {
                yield return end;
                yield return new ClosedEvent(CloseReason.Faulted, time);
                yield break;
            }
            if (chunk.Payload.Length % 2 == 1)
            {
                yield return new FaultEvent(FaultCodes.BadChunk, "Expected whole samples, got half a one.");
                yield return new ClosedEvent(CloseReason.Faulted, time);
                yield break;
            }
            var start = chunk.Time;
            time = start + TimeSpan.FromSeconds(chunk.Payload.Length / 2 / 16000.0);
            foreach (var word in request.Words.Select(own => own.Text).Prepend("computer"))
                yield return new WakeWordEvent(
                    word, 0.9f, start, time, Modality.Audio, new Dictionary<string, float> { ["firstStage"] = 0.9f }, Echo, time);
        }
        yield return new ClosedEvent(CloseReason.Completed, time);
    }

    private static FaultEvent? EndOf(string streamId) =>
        streamId.StartsWith("short", StringComparison.Ordinal)
            ? new FaultEvent(FaultCodes.StreamLimit, "Expected three chunks at most; go on with a new stream under the same id.")
            : streamId.StartsWith("crowded", StringComparison.Ordinal) ? new FaultEvent(FaultCodes.ServerBusy,
                "Too many after all.") : null;

    public Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<TimeSpan?>(TimeSpan.FromSeconds(new FileInfo(path).Length));

    public Task<ScoreReport> ScoreFileAsync(string path, ScoreRequest request, CancellationToken cancellationToken)
    {
        PosteriorCurve[]? curves = request.Posteriors ? [new PosteriorCurve("computer", "echo", 0.04, [0.1f, 0.9f])] : null;
        var scores = request.Words.Select(own => own.Text).Prepend("computer").ToDictionary(word => word, _ => 0.9f);
        ScoreWarning[]? told = request.Video ? null : [new ScoreWarning("heardOnly", "Pictures don't count.")];
        return Task.FromResult(new ScoreReport(request.FileName, new FileInfo(path).Length, scores, [], curves, Warnings: told));
    }
}
