namespace AVServer.Media.Ffmpeg;

/// <summary>What one ffmpeg process decodes: a file that it opens, or bytes that it is given.</summary>
/// <param name="Demuxer">Name of ffmpeg's demuxer.</param>
/// <param name="Name">What it is, for people, as <c>a wav file</c>.</param>
/// <param name="Path">The file; null where bytes are given.</param>
/// <param name="Input">The bytes; the caller's. Null where there is a file.</param>
internal sealed record DecodingSource(string Demuxer, string Name, string? Path = null, InputBytes? Input = null)
{
    /// <summary>What its decoder is to read beside its pipe.</summary>
    public IEnumerable<string> Files => Path is null ? [] : [Path];

    /// <summary>Whether all of it is there.</summary>
    public bool IsFile { get; init; }

    /// <summary>Name of ffmpeg's decoder of the sound; null: the one that the container names.</summary>
    public string? SoundCodec { get; init; }

    /// <summary>Further options of the demuxer; null: none.</summary>
    public string? DemuxerOptions { get; init; }

    /// <summary>How long its header says that it is, where it says so and ffmpeg doesn't tell.</summary>
    public TimeSpan? StatedLength { get; init; }

    /// <summary>How many bytes its header says that there are at least; null where it doesn't say, or ffmpeg tells.</summary>
    public long? StatedBytes { get; init; }

    /// <summary>The sample that its first is, where it goes on with media that was before; null: times are its own.</summary>
    public long? GoesOnAt { get; init; }

    /// <summary>Adds what a WAV header says.</summary>
    public DecodingSource With(WavHeader? header) => this with
    {
        SoundCodec = header?.SoundCodec,
        StatedLength = header?.Length,
        StatedBytes = header?.Bytes,
    };

    /// <summary>The command line that decodes it.</summary>
    public string Arguments(MediaLimits limits, int sampleRateHz, VideoOutput? video) => Path is null
        ? FfmpegArguments.ForPipe(Demuxer, limits, video, SoundCodec, sampleRateHz, DemuxerOptions)
        : FfmpegArguments.ForFile(Path, Demuxer, limits, sampleRateHz, video, SoundCodec);
}
