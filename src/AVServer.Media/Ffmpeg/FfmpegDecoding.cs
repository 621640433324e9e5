using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ogg;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// Media → items, through ffmpeg: one process for each source, a second one without pictures where the first can't take them.
/// </summary>
/// <remarks>
/// Where bytes are given, three parties run side by side: the feed writes them to ffmpeg, ffmpeg decodes, the enumeration reads. All
/// waiting is by full or empty pipes, so a slow receiver slows the sender and nothing piles up.
/// </remarks>
/// <param name="options">Where ffmpeg is.</param>
/// <param name="limits">Bounds of the media.</param>
/// <param name="sampleRateHz">Wanted rate of the sound.</param>
/// <param name="inputBytes">Bytes of media that there were so far.</param>
internal sealed class FfmpegDecoding(MediaOptions options, MediaLimits limits, int sampleRateHz, Func<long> inputBytes)
{
    private long _endSample;

    /// <summary>Decodes one source.</summary>
    /// <exception cref="MediaException">Thrown by the enumeration, after all items that came before the fault.</exception>
    public async IAsyncEnumerable<MediaItem> DecodeAsync(
        DecodingSource source, VideoOutput? video, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? unread = null;
        while (true)
        {
            if (video is not null) source.Input?.Mark();
            var outputBytes = video is null ? DecoderProcess.SoundBytes : DecoderProcess.PicturesBytes;
            var arguments = source.Arguments(limits, sampleRateHz, video);
            await using var process = await DecoderProcess
                .StartAsync(options, arguments, limits, source.Files, outputBytes).ConfigureAwait(false);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var feed = process.FeedAsync(source.Input, stop.Token);
            var decoded = new DecodedStream(process, limits, sampleRateHz, video, inputBytes, source.GoesOnAt);
            var warnings = new DecodingWarnings(source, process.Log, inputBytes);
            bool any = false;
            try
            {
                await foreach (var item in decoded.ReadAsync(stop.Token).ConfigureAwait(false))
                {
                    if (!any) source.Input?.Forget();
                    any = true;
                    yield return item;
                    if (warnings.Next(decoded) is { } warning) yield return warning;
                }

                var (exitCode, errors) = await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
                // What went wrong first is what is told: the chunks' own fault, then ffmpeg's, then that there was nothing to hear.
                if (exitCode == 0 || feed.IsCompleted) await feed.ConfigureAwait(false);
                if ((exitCode == 0 && any) || IsWorthKeeping(exitCode, any, feed))
                {
                    _endSample = decoded.EndSample;
                    foreach (var warning in warnings.End(decoded, exitCode, video is not null, unread)) yield return warning;
                    yield break;
                }

                string what = $"{source.Name} with {(video is null ? "sound" : "sound or pictures")}";
                var fault = FfmpegFault.Of(exitCode, errors, what);
                if (any || video is null || fault.Code != FaultCodes.Undecodable) throw fault;
                unread = FfmpegFault.Reason(errors);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (source.Input is { } input && !input.TryRewind())
                throw new MediaException(
                    FaultCodes.Undecodable,
                    $"Expected {source.Name} whose pictures can be decoded, got others ({unread}); send the sound alone.");
            video = null;
        }
    }

    /// <summary>Decodes an Ogg stream, which may be a chain of several: each link goes on where the one before ended.</summary>
    /// <exception cref="MediaException">Thrown by the enumeration: there was no link that can be decoded.</exception>
    public async IAsyncEnumerable<MediaItem> DecodeChainAsync(
        DecodingSource source, VideoOutput? video, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var links = new OggLinks(source.Input!);
        var (first, any, isWhole) = (default(MediaException), false, true);
        while (await links.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var link = new InputBytes(links.ReadAsync, cancellationToken);
            var items = DecodeAsync(source with { Input = link, GoesOnAt = any ? _endSample : null }, video, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            await using var disposed = items.ConfigureAwait(false);
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                }
                catch (MediaException fault) when (fault.Code == FaultCodes.Undecodable)
                {
                    first ??= fault;
                    break;
                }

                any = true;
                yield return items.Current;
            }

            isWhole = links.IsWhole;
        }

        if (first is not null && !any) throw first;
        if (first is not null) yield return DecodingWarnings.Damaged(null, "a part that can't be decoded");
        if (!isWhole && any)
            yield return DecodingWarnings.EndsEarly(
                null, SampleTime.FromSamples(_endSample, sampleRateHz), "its last page says that more was to come");
    }

    // What was read of a damaged file is worth more than the fault at its end. A sender who still sends has to be told.
    private static bool IsWorthKeeping(int exitCode, bool any, Task feed) =>
        any && feed.IsCompleted && FfmpegFault.Of(exitCode, "", "").Code == FaultCodes.Undecodable;
}
