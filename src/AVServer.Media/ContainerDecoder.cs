using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>A container that arrives in chunks → items, through one ffmpeg process.</summary>
/// <remarks>
/// Three parties run side by side: the feed writes chunks to ffmpeg, ffmpeg decodes, the enumeration reads. All waiting is by full
/// or empty pipes, so a slow receiver slows the sender and nothing piles up.
/// </remarks>
internal sealed class ContainerDecoder(MediaOptions options, MediaLimits limits, VideoOutput? video)
{
    private long _inputBytes;

    public async IAsyncEnumerable<MediaItem> DecodeAsync(
        string container, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arguments = FfmpegArguments.ForPipe(FileSignature.DemuxerOf(container), limits, video);
        await using var process = FfmpegProcess.Start(options.FfmpegPath, arguments, limits);
        var feed = FeedAsync(process, container, chunks, stop.Token);
        bool any = false;
        try
        {
            var decoded = new DecodedStream(process, limits, DecodedFormat.SampleRateHz, video, () => Interlocked.Read(ref _inputBytes));
            await foreach (var item in decoded.ReadAsync(stop.Token).ConfigureAwait(false))
            {
                any = true;
                yield return item;
            }

            await EndAsync(process, feed, container, any, stop).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What went wrong first is what is told: the chunks' own fault, then ffmpeg's, then that there was nothing to hear.
    private async Task EndAsync(FfmpegProcess process, Task feed, string container, bool any, CancellationTokenSource stop)
    {
        var (exitCode, errors) = await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        if (exitCode == 0 || feed.IsCompleted) await feed.ConfigureAwait(false);
        if (Interlocked.Read(ref _inputBytes) == 0) return;   // nothing came, so nothing is wrong with it
        string what = $"the container {container} with {(video is null ? "sound" : "sound or pictures")}";
        if (exitCode != 0 || !any) throw FfmpegFault.Of(exitCode, errors, what);
    }

    private async Task FeedAsync(FfmpegProcess process, string container, IAsyncEnumerable<MediaChunk> chunks, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                Accept(chunk, container);
                await process.Input.WriteAsync(chunk.Payload, cancellationToken).ConfigureAwait(false);
                await process.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // ffmpeg took no more; its exit code and its words say why.
        }
        finally
        {
            process.CompleteInput();
        }
    }

    private void Accept(MediaChunk chunk, string container)
    {
        if (chunk.Kind != MediaKind.Container)
            throw new MediaException(FaultCodes.BadChunk, $"Expected chunks of kind {(byte)MediaKind.Container} (container) as the hello announced, got kind {(byte)chunk.Kind}; open another stream for raw media.");
        bool first = _inputBytes == 0;
        long inputBytes = _inputBytes;
        ChunkLimits.Check(chunk, limits, ref inputBytes);
        if (first && FileSignature.Detect(chunk.Payload.Span) is { } found && found != FileSignature.DemuxerOf(container))
            throw new MediaException(FaultCodes.Undecodable, $"Expected the container {container} as the hello announced, got bytes of {found}; name the right one in the hello.");
        Interlocked.Exchange(ref _inputBytes, inputBytes);
    }
}
