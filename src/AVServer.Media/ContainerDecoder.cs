using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>A container that arrives in chunks → items. No process is started before there is media.</summary>
internal sealed class ContainerDecoder(MediaOptions options, MediaLimits limits, VideoOutput? video)
{
    // What is received and kept of a file whose index comes last.
    private const long MaxSpoolBytes = 256 << 20;

    private long _inputBytes;

    public async IAsyncEnumerable<MediaItem> DecodeAsync(
        string container, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = new InputBytes(token => AcceptAsync(chunks, token), cancellationToken);
        string demuxer = FileSignature.DemuxerOf(container);
        var head = await input.PeekAsync(
            head => ContainerHead.IsEnough(demuxer, head.Span), ContainerHead.MaxBytes, cancellationToken).ConfigureAwait(false);
        if (head.IsEmpty) yield break;   // nothing came, so nothing is wrong with it
        if (FileSignature.Detect(head.Span) is { } found && found != demuxer)
            throw new MediaException(
                FaultCodes.Undecodable,
                $"Expected the container {container} as the hello announced, got bytes of {found}; name the right one in the hello.");
        var source = new DecodingSource(demuxer, $"the container {container}", Input: input);
        var decoding = new FfmpegDecoding(options, limits, DecodedFormat.SampleRateHz, () => Interlocked.Read(ref _inputBytes));
        await using var spool = demuxer == "mov" && ContainerHead.HasIndexLast(head.Span)
            ? await SpoolAsync(input, cancellationToken).ConfigureAwait(false)
            : null;
        if (spool is not null) source = source with { Path = spool.Name, Input = null, IsFile = true };
        var items = demuxer == "ogg"
            ? decoding.DecodeChainAsync(source, video, cancellationToken)
            : decoding.DecodeAsync(demuxer == "wav" ? LiveWav.Open(source, input, head) : source, video, cancellationToken);
        await foreach (var item in items.ConfigureAwait(false)) yield return item;
    }

    // The index is needed first, so all must be there; the file is gone when the stream has ended.
    private static async Task<FileStream> SpoolAsync(InputBytes input, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var spool = new FileStream(Path.Combine(Path.GetTempPath(), $"avserver-{Guid.NewGuid():n}.mp4"), options);
        try
        {
            while (await input.ReadAsync(cancellationToken).ConfigureAwait(false) is { } bytes)
            {
                if (spool.Length + bytes.Length > MaxSpoolBytes) throw new MediaException(
                    FaultCodes.LimitExceeded,
                    $"Expected an MP4 whose index (moov) comes first, or one of at most {MaxSpoolBytes} bytes, got a larger one; move the "
                    + "index to its beginning, or upload it to be scored.");
                await spool.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }

            await spool.FlushAsync(cancellationToken).ConfigureAwait(false);
            return spool;
        }
        catch (Exception e)
        {
            await spool.DisposeAsync().ConfigureAwait(false);
            if (e is IOException)
                throw new MediaException(
                    FaultCodes.ServerBusy, "Expected room for a file whose index comes last, found none; send one whose index comes first.",
                    e);
            throw;
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> AcceptAsync(
        IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (chunk.Kind != MediaKind.Container)
                throw new MediaException(
                    FaultCodes.BadChunk,
                    $"Expected chunks of kind {(byte)MediaKind.Container} (container) as the hello announced, got kind {(byte)chunk.Kind}; "
                    + "open another stream for raw media.");
            long inputBytes = _inputBytes;
            ChunkLimits.Check(chunk, limits, ref inputBytes);
            Interlocked.Exchange(ref _inputBytes, inputBytes);
            yield return chunk.Payload;
        }
    }
}
