using AVServer.Media.Ffmpeg;
using AVServer.Media.Flac;
using AVServer.Media.Mp3;

namespace AVServer.Media;

/// <summary>
/// Files of coded sound that are decoded in this process, by managed code alone. A file is decoded to its end before anything of it is
/// given out: what is damaged or unusual anywhere goes to ffmpeg, as if nobody had looked at it here.
/// </summary>
internal sealed class CodedFile
{
    // What is kept of the first look: a minute at 16 kHz. Longer files are decoded twice.
    private const int MaxKeptSamples = 1 << 20;

    private readonly Func<ISoundReader?> _open;
    private readonly MediaLimits _limits;
    private readonly int _sampleRateHz;
    private readonly int _channels;
    private readonly TimeSpan? _length;
    private readonly List<float[]>? _kept;

    private CodedFile(Func<ISoundReader?> open, ISoundReader reader, List<float[]>? kept, MediaLimits limits)
    {
        (_open, _limits, _kept) = (open, limits, kept);
        (_sampleRateHz, _channels, _length) = (reader.SampleRateHz, reader.Channels, reader.Length);
    }

    /// <summary>How long a file is that can be decoded here; null where it can't, or doesn't say.</summary>
    /// <param name="path">The file.</param>
    /// <param name="demuxer">Name of ffmpeg's demuxer.</param>
    /// <param name="start">Where its media begins, behind tags.</param>
    public static TimeSpan? FindLength(string path, string demuxer, long start)
    {
        using var reader = TryOpen(path, demuxer, start);
        return reader?.Length;
    }

    /// <summary>Whether a file can be decoded here, by its beginning, at a rate.</summary>
    public static bool IsOfRate(string path, string demuxer, long start, int sampleRateHz)
    {
        using var reader = TryOpen(path, demuxer, start);
        return reader?.SampleRateHz == sampleRateHz;
    }

    /// <summary>Decodes a file to its end, to see whether it can be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="demuxer">Name of ffmpeg's demuxer.</param>
    /// <param name="start">Where its media begins, behind tags.</param>
    /// <param name="sampleRateHz">Wanted rate: of another one the file is left to ffmpeg, which resamples.</param>
    /// <param name="limits">Beyond the longest media nothing is looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null if ffmpeg has to.</returns>
    public static async Task<CodedFile?> TryOpenAsync(
        string path, string demuxer, long start, int sampleRateHz, MediaLimits limits, CancellationToken cancellationToken)
    {
        using var reader = TryOpen(path, demuxer, start);
        if (reader?.SampleRateHz != sampleRateHz) return null;
        var (isWhole, kept) = await Task.Run(() => Check(reader, new FileInfo(path).Length, limits, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return isWhole ? new CodedFile(() => TryOpen(path, demuxer, start), reader, kept, limits) : null;
    }

    /// <summary>Reads the file: the same items as ffmpeg's output gives.</summary>
    /// <exception cref="MediaException">It is longer than the limits allow.</exception>
    public IEnumerable<MediaItem> Read(CancellationToken cancellationToken)
    {
        var mix = new ChannelMix(_sampleRateHz);
        long end = 0;
        bool isChanged = false;
        foreach (float[]? block in (IEnumerable<float[]?>?)_kept ?? ReadAgain())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Time() > _limits.MaxDuration) throw ChunkLimits.TooLong(_limits, Time());
            isChanged = block is null;
            if (block is null) break;
            float[] samples = _channels == 2 ? mix.Mix(block) : block;
            yield return new AudioBlock(end, _sampleRateHz, samples);
            end += samples.Length;
        }

        if (mix.Cancels) yield return ChannelMix.Warning;
        if (isChanged) yield return DecodingWarnings.EndsEarly(_length, Time(), null);

        TimeSpan Time() => SampleTime.FromSamples(end, _sampleRateHz);
    }

    private static ISoundReader? TryOpen(string path, string demuxer, long start)
    {
        try
        {
            return demuxer switch
            {
                "flac" => FlacReader.Open(path, start),
                "mp3" => Mp3Reader.Open(path, start),
                _ => null,
            };
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    // A small file that decodes without end isn't decoded without end here either.
    private static (bool IsWhole, List<float[]>? Kept) Check(
        ISoundReader reader, long bytes, MediaLimits limits, CancellationToken cancellationToken)
    {
        var kept = new List<float[]>();
        long samples = 0;
        try
        {
            while (reader.Read() is { } block)
            {
                cancellationToken.ThrowIfCancellationRequested();
                samples += block.Length;
                var time = SampleTime.FromSamples(samples / reader.Channels, reader.SampleRateHz);
                if ((time - limits.FreeDuration).TotalSeconds * limits.MinBytesPerSecond > bytes) return (false, null);
                if (time > limits.MaxDuration) return (true, null);
                if (samples <= MaxKeptSamples) kept.Add(block);
                else kept.Clear();
            }
        }
        catch (InvalidDataException)
        {
            return (false, null);
        }

        return (samples > 0, samples <= MaxKeptSamples ? kept : null);
    }

    // Null where somebody has changed the file meanwhile.
    private IEnumerable<float[]?> ReadAgain()
    {
        using var reader = Reopened();
        while (true)
        {
            float[]? block = null;
            bool isChanged = reader is null;
            try
            {
                block = reader?.Read();
            }
            catch (InvalidDataException)
            {
                isChanged = true;
            }

            if (!isChanged && block is null) yield break;
            yield return block;
            if (isChanged) yield break;
        }
    }

    private ISoundReader? Reopened()
    {
        try
        {
            return _open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
