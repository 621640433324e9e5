using AVServer.Contracts;

namespace AVServer.Media.Raw;

/// <summary>Raw chunks → items, for one stream: samples to mono on the stream's clock, JPEG pictures as they are.</summary>
internal sealed class RawDecoder
{
    // Samples are counted from 0, and stay far from what a number holds.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(3_650);

    private readonly MediaHello _hello;
    private readonly MediaLimits _limits;
    private readonly PcmReader? _pcm;
    private readonly AudioTimeline? _timeline;
    private TimeSpan? _origin;
    private TimeSpan _lastPicture = TimeSpan.MinValue;
    private long _inputBytes;
    private bool _told;

    /// <param name="hello">One that <see cref="HelloRules"/> let pass, without a container.</param>
    /// <param name="limits">Bounds of the stream.</param>
    public RawDecoder(MediaHello hello, MediaLimits limits)
    {
        (_hello, _limits) = (hello, limits);
        if (hello.Audio is null) return;
        _pcm = new PcmReader(hello.Audio);
        _timeline = new AudioTimeline(hello.Audio.SampleRate, limits);
    }

    /// <summary>Appends the items that a chunk gives.</summary>
    /// <exception cref="MediaException">The chunk is not what the hello announced, is out of order or passes a limit.</exception>
    public void Append(MediaChunk chunk, List<MediaItem> items)
    {
        ChunkLimits.Check(chunk, _limits, ref _inputBytes);
        if (chunk.Time < TimeSpan.Zero)
            throw new MediaException(
                FaultCodes.BadChunk, "Expected a media time of 0 or later, got a negative one; count from the beginning of the recording.");
        _origin ??= chunk.Time;
        var heard = chunk.Time - _origin.Value;
        if (heard.Duration() > _limits.MaxDuration)
            throw ChunkLimits.TooLong(_limits, heard);
        if (chunk.Time > LongestTime)
            throw new MediaException(
                FaultCodes.LimitExceeded,
                $"Expected a media time of at most {LongestTime:c}, got {chunk.Time:c}; count from the beginning of the stream, not from a "
                + "calendar's.");

        if (chunk.Kind == MediaKind.Audio && _pcm is not null)
        {
            _timeline!.Append(chunk.Time, _pcm.Read(chunk.Payload.Span), mayGoBack: false, items);
            CheckSilence(_timeline.Filled);
            if (!_told && _pcm.ChannelsCancel) items.Add(ChannelMix.Warning);
            _told |= _pcm.ChannelsCancel;
        }
        else if (chunk.Kind == MediaKind.Video && _hello.Video is not null)
        {
            items.Add(ReadPicture(chunk));
        }
        else
        {
            throw Unannounced(chunk.Kind);
        }
    }

    // A sample a time that jumps makes seconds of silence of some bytes: as of containers, a sender has to send something for his time.
    private void CheckSilence(TimeSpan filled)
    {
        if ((filled - _limits.FreeDuration).TotalSeconds * _limits.MinBytesPerSecond <= _inputBytes) return;
        throw new MediaException(
            FaultCodes.LimitExceeded,
            $"Expected at least {_limits.MinBytesPerSecond} bytes for each second of silence that time stamps leave out, got {_inputBytes} "
            + $"for {filled.TotalSeconds:F0} s; let stamps jump by more than {_limits.MaxSilenceFill.TotalSeconds:F0} s, or send "
            + "the silence.");
    }

    private VideoFrame ReadPicture(MediaChunk chunk)
    {
        if (!JpegHeader.TryReadSize(chunk.Payload.Span, out int width, out int height))
            throw new MediaException(
                FaultCodes.BadChunk,
                $"Expected a JPEG picture, got {chunk.Payload.Length} bytes that are none; send one whole JPEG file in each video chunk.");
        if ((long)width * height > _limits.MaxPixels)
            throw new MediaException(
                FaultCodes.LimitExceeded,
                $"Expected at most {_limits.MaxPixels} picture elements, got {width} × {height}; scale the pictures down.");
        if (chunk.Time <= _lastPicture)
        {
            throw new MediaException(
                FaultCodes.TimeWentBack,
                $"Expected a picture after {_lastPicture.TotalSeconds:F3} s, got one at {chunk.Time.TotalSeconds:F3} s; send pictures in "
                + "order, each with its own time.");
        }

        _lastPicture = chunk.Time;
        return new VideoFrame(chunk.Time - (_timeline?.Drift ?? TimeSpan.Zero), width, height, PixelFormat.Jpeg, chunk.Payload);
    }

    private MediaException Unannounced(MediaKind kind)
    {
        string announced =
            (_hello.Audio, _hello.Video) switch { (not null, not null) => "audio or video", (not null, null) => "audio", _ => "video" };
        return new MediaException(
            FaultCodes.BadChunk,
            $"Expected {announced} chunks as the hello announced, got kind {(byte)kind}; announce each kind that is sent.");
    }
}
