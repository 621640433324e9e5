using AVServer.Contracts;

namespace AVServer.Media;

/// <summary>
/// What decoding yields, in the order of the input. Times are media time: of the sender for raw chunks, from the container's beginning
/// otherwise.
/// </summary>
public abstract record MediaItem
{
    private protected MediaItem()
    {
    }
}

/// <summary>A stretch of sound. Block follows block without a hole, except after a <see cref="MediaGap"/> that is not filled.</summary>
/// <param name="FirstSample">Index of the first sample; index ÷ rate is its media time. The first block of a stream need not begin at
/// 0.</param>
/// <param name="SampleRateHz">The same for all blocks of a stream.</param>
/// <param name="Samples">Mono, full scale [-1, 1), though float input may go beyond; owned by the receiver.</param>
public sealed record AudioBlock(long FirstSample, int SampleRateHz, ReadOnlyMemory<float> Samples) : MediaItem
{
    /// <summary>Media time of the first sample.</summary>
    public TimeSpan Start => SampleTime.FromSamples(FirstSample, SampleRateHz);

    /// <summary>Media time just past the last sample.</summary>
    public TimeSpan End => SampleTime.FromSamples(FirstSample + Samples.Length, SampleRateHz);
}

/// <summary>Media is missing from the input.</summary>
/// <param name="Kind">Sound or pictures.</param>
/// <param name="Reason">Why.</param>
/// <param name="Start">Media time of the first thing missing.</param>
/// <param name="Duration">How much is missing.</param>
/// <param name="Filled">True: silence of that length follows. False: too long for that, <see cref="AudioBlock.FirstSample"/> jumps.</param>
public sealed record MediaGap(MediaKind Kind, GapReason Reason, TimeSpan Start, TimeSpan Duration, bool Filled) : MediaItem;

/// <summary>Something of the input was not read, or can't be trusted; what was read is good, and decoding goes on.</summary>
/// <param name="Code">One of <see cref="WarningCodes"/>.</param>
/// <param name="Message">What is wrong, and what came of it; for people, without media.</param>
public sealed record MediaWarning(string Code, string Message) : MediaItem;

/// <summary>How a picture is held.</summary>
public enum PixelFormat
{
    /// <summary>A JPEG file, as the sender made it.</summary>
    Jpeg,

    /// <summary>One byte a picture element, luma.</summary>
    Gray8,

    /// <summary>Three bytes a picture element: blue, green, red.</summary>
    Bgr24,
}
