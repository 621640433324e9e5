namespace AVServer.Pipeline;

/// <summary>An utterance that is under way, in samples from the beginning of the sound.</summary>
/// <param name="start">First sample.</param>
/// <param name="overlaps">Whether it begins inside the one before.</param>
internal sealed class Utterance(long start, bool overlaps)
{
    private double _activity;
    private int _frames;

    /// <summary>First sample.</summary>
    public long Start { get; } = start;

    /// <summary>Whether it begins inside the one before, which was cut for its length.</summary>
    public bool Overlaps { get; } = overlaps;

    /// <summary>Sample up to which the recogniser has heard it.</summary>
    public long Transcribed { get; set; } = start;

    /// <summary>Sample at which the next running estimate is due.</summary>
    public long NextEstimate { get; set; } = start + AudioClock.SampleRateHz;

    /// <summary>Mean voice activity from where its beginning was noticed to its last voice, 0 to 1.</summary>
    public double Voice { get; private set; }

    /// <summary>Takes the voice activity of its next 32 ms.</summary>
    /// <param name="activity">0 to 1; above one half is a voice.</param>
    public void AddActivity(float activity)
    {
        _activity += activity;
        _frames++;
        if (activity >= 0.5) Voice = _activity / _frames;
    }
}
