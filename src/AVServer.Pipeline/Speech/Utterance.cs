namespace AVServer.Pipeline;

/// <summary>An utterance that is under way, in samples from the beginning of the sound.</summary>
/// <param name="start">First sample.</param>
/// <param name="overlaps">Whether it begins inside the one before.</param>
internal sealed class Utterance(long start, bool overlaps)
{
    /// <summary>First sample.</summary>
    public long Start { get; } = start;

    /// <summary>Whether it begins inside the one before, which was cut for its length.</summary>
    public bool Overlaps { get; } = overlaps;

    /// <summary>Sample up to which the recogniser has heard it.</summary>
    public long Dictated { get; set; } = start;

    /// <summary>Sample at which the next running estimate is due.</summary>
    public long NextEstimate { get; set; } = start + AudioClock.SampleRateHz;
}
