using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media.Pull;

/// <summary>One connection to a source: its bytes, or the place where ffmpeg is to ask for them.</summary>
internal sealed class PullInput : IAsyncDisposable
{
    private readonly IAsyncDisposable _connection;
    private readonly Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>>? _read;
    private long _receivedBytes;

    private PullInput(IAsyncDisposable connection, Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>>? read) =>
        (_connection, _read) = (connection, read);

    /// <summary>Bytes of media that came.</summary>
    public long ReceivedBytes => Relay?.ReceivedBytes ?? Interlocked.Read(ref _receivedBytes);

    /// <summary>Where ffmpeg asks by RTSP; null where bytes come.</summary>
    public RtspRelay? Relay => _connection as RtspRelay;

    /// <summary>Whether it was a file, and all of it came.</summary>
    public bool IsWhole => _connection is HttpMedia { IsWhole: true };

    /// <summary>Connects.</summary>
    /// <exception cref="MediaException">It may not be reached, can't be, or answers something else.</exception>
    public static async Task<PullInput> OpenAsync(SourceAddress address, GuardedDialer dialer, CancellationToken cancellationToken)
    {
        switch (address.Protocol)
        {
            case SourceProtocol.Rtsp:
                return new PullInput(await RtspRelay.OpenAsync(address, dialer, cancellationToken).ConfigureAwait(false), null);
            case SourceProtocol.Rtmp:
                var played = await RtmpMedia.OpenAsync(address, dialer, cancellationToken).ConfigureAwait(false);
                return new PullInput(played, played.ReadAsync);
            default:
                var body = await HttpMedia.OpenAsync(address, dialer, cancellationToken).ConfigureAwait(false);
                return new PullInput(body, body.ReadAsync);
        }
    }

    /// <summary>Its bytes, counted.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var bytes in _read!(cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Add(ref _receivedBytes, bytes.Length);
            yield return bytes;
        }
    }

    /// <summary>Finds out how to decode bytes, by their beginning.</summary>
    /// <exception cref="MediaException">They are of no kind that is let in.</exception>
    public async Task<DecodingSource> IdentifyAsync(InputBytes input, CancellationToken cancellationToken)
    {
        if (_connection is RtmpMedia) return new DecodingSource("flv", "an RTMP stream", Input: input);
        string? stated = ((HttpMedia)_connection).ContentType;
        // Its parts are pictures, each with a head of its own, that begin with any bytes.
        if (stated == "multipart/x-mixed-replace") return new DecodingSource("mpjpeg", "pictures one after the other", Input: input);
        var head = await input.PeekAsync(
            head => FileSignature.Detect(head.Span) is { } found && ContainerHead.IsEnough(found, head.Span), FileSignature.Length,
            cancellationToken).ConfigureAwait(false);
        // Whoever comes into the middle of a broadcast may get the end of a packet first.
        string? demuxer = FileSignature.Detect(head.Span) ?? stated switch
        {
            "video/mp2t" => "mpegts",
            "audio/mpeg" => "mp3",
            "audio/aac" or "audio/aacp" => "aac",
            _ => null,
        };
        if (demuxer is null || IsPlaylist(head.Span))
            throw new MediaException(
                FaultCodes.UnsupportedMedia,
                IsPlaylist(head.Span)
                    ? "Expected live media, got a playlist; name the address of the media itself, or have ffmpeg send it."
                    : "Expected media like MPEG-TS, FLV, Matroska, MP4 in fragments, Ogg, MP3, AAC, WAV or JPEG pictures in parts, "
                        + "got bytes of none of these.");
        var source = new DecodingSource(demuxer, $"media of the kind {demuxer}", Input: input);
        return demuxer == "wav" ? LiveWav.Open(source, input, head) : source;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static bool IsPlaylist(ReadOnlySpan<byte> head) => head.StartsWith("#EXTM3U"u8) || head.StartsWith("[playlist]"u8);
}
