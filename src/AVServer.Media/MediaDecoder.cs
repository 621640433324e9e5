using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Raw;

namespace AVServer.Media;

/// <summary>Chunks of an upload → sound and pictures on one media clock. Stateless: any number of streams at once.</summary>
/// <param name="options">Where ffmpeg is; limits that hold where a call names none.</param>
public sealed class MediaDecoder(MediaOptions options)
{
    /// <summary>Decodes one stream.</summary>
    /// <param name="hello">What the chunks hold.</param>
    /// <param name="chunks">Read one at a time and only as fast as the items are taken. With a container it is read ahead by what the pipes
    /// hold.</param>
    /// <param name="limits">Bounds of the stream; null: <see cref="MediaOptions.Stream"/>.</param>
    /// <param name="video">How pictures of a container are wanted; null: not at all.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    /// <returns>
    /// Raw sound at its own rate, a container's at <see cref="DecodedFormat.SampleRateHz"/>, both mono. The same media gives the same
    /// samples however it is cut into chunks.
    /// </returns>
    /// <exception cref="MediaException">Thrown by the enumeration, after all items that came before the fault.</exception>
    public IAsyncEnumerable<MediaItem> DecodeAsync(
        MediaHello hello, IAsyncEnumerable<MediaChunk> chunks, MediaLimits? limits = null, VideoOutput? video = null,
        CancellationToken cancellationToken = default)
    {
        HelloRules.Check(hello);
        ArgumentNullException.ThrowIfNull(chunks);
        limits ??= options.Stream;
        return hello.Container is null
            ? DecodeRawAsync(hello, FullAsync(chunks, cancellationToken), limits, cancellationToken)
            : new ContainerDecoder(options, limits, video).DecodeAsync(
                hello.Container, FullAsync(chunks, cancellationToken), cancellationToken);
    }

    // Recorders of browsers send an empty chunk now and then; it is nothing.
    private static async IAsyncEnumerable<MediaChunk> FullAsync(
        IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
            if (!chunk.Payload.IsEmpty) yield return chunk;
    }

    private static async IAsyncEnumerable<MediaItem> DecodeRawAsync(
        MediaHello hello, IAsyncEnumerable<MediaChunk> chunks, MediaLimits limits,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var decoder = new RawDecoder(hello, limits);
        var items = new List<MediaItem>();
        await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            decoder.Append(chunk, items);
            foreach (var item in items) yield return item;
            items.Clear();
        }
    }
}
