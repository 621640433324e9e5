namespace AVServer.Detection;

/// <summary>Turns a score curve into triggers: the first frame at or above the threshold, then none for the refractory period.</summary>
/// <remarks>
/// For a spotter alone; where a verifier looks at what it finds, <see cref="CandidateWatch"/> decides. A pure state machine without a
/// clock: frames are whatever the caller counts. Because the earliest frame triggers, the number of triggers never rises with the
/// threshold.
/// </remarks>
/// <param name="threshold">Score from which the keyword counts as said.</param>
/// <param name="refractoryFrames">Frames after a trigger in which there is no other.</param>
public sealed class KeywordTrigger(float threshold, long refractoryFrames)
{
    private long _silentUntil = long.MinValue;

    /// <summary>Score from which the keyword counts as said.</summary>
    public float Threshold { get; } = threshold;

    /// <summary>Takes the score of a frame; frames must rise.</summary>
    /// <returns>True where a trigger falls.</returns>
    public bool Next(long frame, float score)
    {
        if (frame < _silentUntil || !(score >= Threshold)) return false;
        _silentUntil = frame + refractoryFrames;
        return true;
    }
}
