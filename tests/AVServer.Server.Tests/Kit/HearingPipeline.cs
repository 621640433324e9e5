using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;

namespace AVServer.Server.Tests.Kit;

/// <summary>A pipeline that decodes what comes as the real one does, keeps it and tells of nothing but gaps and faults.</summary>
internal sealed class HearingPipeline : IStreamPipeline
{
    private readonly FakePipeline _rest = new();

    /// <summary>What was decoded, of all streams.</summary>
    public ConcurrentQueue<MediaItem> Items { get; } = new();

    /// <summary>What was asked for.</summary>
    public ConcurrentQueue<StreamRequest> Requests { get; } = new();

    /// <summary>Samples that were heard.</summary>
    public int Samples => Items.OfType<AudioBlock>().Sum(block => block.Samples.Length);

    /// <summary>Pictures that were seen.</summary>
    public int Pictures => Items.OfType<VideoFrame>().Count();

    public IReadOnlyList<ModelSummary> Models => _rest.Models;

    public string Transcriber => _rest.Transcriber;

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PrepareAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken) =>
        _rest.PrepareAsync(words, cancellationToken);

    public async IAsyncEnumerable<StreamEvent> RunAsync(
        StreamRequest request, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        yield return new OpenedEvent([FakePipeline.Model]);
        var end = TimeSpan.Zero;
        var decoder = new MediaDecoder(new MediaOptions());
        await foreach (var item in decoder.DecodeAsync(request.Hello, chunks, cancellationToken: cancellationToken))
        {
            Items.Enqueue(item);
            if (item is AudioBlock block) end = block.End;
            if (item is MediaGap gap) yield return new GapEvent(gap.Kind, gap.Reason, gap.Start, gap.Duration);
        }
        yield return new ClosedEvent(CloseReason.Completed, end);
    }

    public Task<ScoreReport> ScoreFileAsync(string path, ScoreRequest request, CancellationToken cancellationToken) =>
        _rest.ScoreFileAsync(path, request, cancellationToken);

    public Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken) =>
        _rest.FindDurationAsync(path, cancellationToken);
}
