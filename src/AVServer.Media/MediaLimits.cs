using System.ComponentModel.DataAnnotations;

namespace AVServer.Media;

/// <summary>
/// Bounds of one decode; passing one is a <see cref="MediaException"/> with <see cref="Contracts.FaultCodes.LimitExceeded"/>, of a stream
/// that is too long with <see cref="Contracts.FaultCodes.StreamLimit"/>.
/// </summary>
public sealed record MediaLimits
{
    /// <summary>Longest media, counted from its first sample or picture. Default: as long as it comes; of files 4 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>Most bytes of input. Default: as many as come; of files 2 GiB.</summary>
    [Range(1024, long.MaxValue)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public long? MaxInputBytes { get; init; }

    /// <summary>Most bytes in one chunk. Default 4 MiB.</summary>
    [Range(1024, 1 << 28)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public int MaxChunkBytes { get; init; } = 4 << 20;

    /// <summary>Largest picture, width × height. Default 4096 × 2304.</summary>
    [Range(64 * 64, 1 << 26)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public int MaxPixels { get; init; } = 4096 * 2304;

    /// <summary>How far a time stamp may lie from the sample count before it means something. Default 40 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.005", "00:00:01")]
    public TimeSpan TimeTolerance { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Longest hole in the sound that is filled with silence; after a longer one the sample index jumps. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    [Limit(Beyond.Dropped, "avserver.events")]
    public TimeSpan MaxSilenceFill { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Media that a container may hold whatever its size, before <see cref="MinBytesPerSecond"/> is asked for. Default 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public TimeSpan FreeDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Fewest container bytes a second of media, beyond <see cref="FreeDuration"/>: a small file that decodes without end is refused.
    /// Default 16.
    /// </summary>
    [Range(0, 1_000_000)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public int MinBytesPerSecond { get; init; } = 16;

    /// <summary>Most processor time of one decoder process, beside <see cref="DecoderCpuShare"/>. Default 1 h; of files 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public TimeSpan MaxDecoderCpu { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Processor time that one decoder process may take for each second of media that it has decoded, beside <see cref="MaxDecoderCpu"/>.
    /// Default 0; of streams 1, which no live one reaches: it may last, and one that takes time and gives nothing ends.
    /// </summary>
    [Range(0d, 64d)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public double DecoderCpuShare { get; init; }

    /// <summary>Most address space of one decoder process, MiB. Default 2048; with much less, ffmpeg's own libraries do not load.</summary>
    [Range(1024, 1 << 20)]
    [Limit(Beyond.Ended, "avserver.streams.faulted", "avserver.refusals")]
    public int MaxDecoderMemoryMiB { get; init; } = 2048;

    /// <summary>What is told when the media is too long: of a stream that its sender may go on with another one.</summary>
    internal string TooLongCode { get; init; } = Contracts.FaultCodes.LimitExceeded;
}
