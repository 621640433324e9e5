using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Matroska;

namespace AVServer.Media.Ffmpeg;

/// <summary>ffmpeg's Matroska → items of one sound and one picture track.</summary>
/// <param name="process">Decodes; owned by the caller.</param>
/// <param name="limits">Bounds of the media.</param>
/// <param name="sampleRateHz">Of the sound.</param>
/// <param name="video">How pictures were asked for; null: none come.</param>
/// <param name="inputBytes">Bytes of container that went in so far.</param>
/// <param name="goesOnAt">The sample that the sound's first is, where media was before; null: times are the container's own.</param>
internal sealed class DecodedStream(
    DecoderProcess process, MediaLimits limits, int sampleRateHz, VideoOutput? video, Func<long> inputBytes, long? goesOnAt = null)
{
    private const int MinElementBytes = 1 << 20;
    private static readonly TimeSpan CpuStep = TimeSpan.FromMinutes(1);

    private readonly DecodedAudio _audio = new(sampleRateHz, limits, goesOnAt);
    private readonly TimeSpan _origin = SampleTime.FromSamples(goesOnAt ?? 0, sampleRateHz);
    private TimeSpan _lastPicture = TimeSpan.MinValue;
    private TimeSpan _cpuAllowedAt;

    /// <summary>The sample behind the last of the sound.</summary>
    public long EndSample => _audio.End;

    /// <summary>Media time up to which something came.</summary>
    public TimeSpan End => TimeSpan.FromTicks(Math.Max(SampleTime.FromSamples(_audio.End, sampleRateHz).Ticks, _lastPicture.Ticks));

    /// <summary>False once there was a sample that is no number.</summary>
    public bool IsFinite => _audio.IsFinite;

    /// <summary>Whether two channels cancel each other.</summary>
    public bool ChannelsCancel => _audio.ChannelsCancel;

    /// <summary>Reads to the end of ffmpeg's output. Whether ffmpeg ended well is for the caller to ask.</summary>
    /// <exception cref="MediaException">A limit was passed.</exception>
    public async IAsyncEnumerable<MediaItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int largest = video is null ? MinElementBytes : Math.Max(MinElementBytes, (3 * video.MaxWidth * video.MaxHeight) + 64);
        var reader = new MatroskaReader(process.Output, largest);
        var items = new List<MediaItem>();
        while (await MoveNextAsync(reader, cancellationToken).ConfigureAwait(false))
        {
            CheckLimits(_origin + reader.Time);
            if (reader.Track.IsAudio) _audio.Append(reader, items);
            // Pictures whose times don't rise are a quirk of the container; the first stands.
            else if (video is not null && _origin + reader.Time > _lastPicture) items.Add(ReadPicture(reader, video.Format));
            foreach (var item in items) yield return item;
            items.Clear();
        }
    }

    private static async ValueTask<bool> MoveNextAsync(MatroskaReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new MediaException(
                FaultCodes.Internal, "Expected Matroska from the decoder, got something else; open the stream again.", e);
        }
    }

    private VideoFrame ReadPicture(MatroskaReader reader, PixelFormat format)
    {
        _lastPicture = _origin + reader.Time;
        var track = reader.Track;
        int expected = track.Width * track.Height * (format == PixelFormat.Bgr24 ? 3 : 1);
        if (reader.Payload.Length != expected)
            throw new MediaException(
                FaultCodes.Internal, $"Expected {expected} bytes of a picture, got {reader.Payload.Length}; open the stream again.");
        return VideoFrame.Copy(_lastPicture, track.Width, track.Height, format, reader.Payload);
    }

    private void CheckLimits(TimeSpan time)
    {
        if (time > limits.MaxDuration) throw ChunkLimits.TooLong(limits, time);
        if (limits.DecoderCpuShare > 0 && time >= _cpuAllowedAt + CpuStep)
        {
            _cpuAllowedAt = time;
            process.AllowCpu(limits.MaxDecoderCpu + (time * limits.DecoderCpuShare));
        }
        double owed = (time - limits.FreeDuration).TotalSeconds * limits.MinBytesPerSecond;
        if (owed > inputBytes())
        {
            throw new MediaException(
                FaultCodes.LimitExceeded,
                $"Expected at least {limits.MinBytesPerSecond} bytes a second of media, got {inputBytes()} bytes for "
                + $"{time.TotalSeconds:F0} s; send it in another encoding, or split it.");
        }
    }
}
