namespace AVServer.Detection;

/// <summary>Decides, step by step, when the second stage runs and when its word is final.</summary>
/// <remarks>
/// <code>
///            first ≥ θ₁                       verified ≥ θ₂
///   idle ───────────────▶ watching (n steps) ───────────────▶ refractory ──▶ idle
///     ▲                        │ n steps without acceptance
///     └────────────────────────┘
/// </code>
/// A candidate is judged in the step in which it appears and in those after it, because the verifier may need a little of
/// what follows the word; a first stage that stays high keeps the watch open. A pure state machine without a clock, one a
/// stream and keyword.
/// </remarks>
public sealed class CandidateWatch
{
    private readonly float _firstThreshold;
    private readonly float _secondThreshold;
    private readonly int _watchSteps;
    private readonly int _refractorySteps;
    private long _watchUntil = long.MinValue;
    private long _silentUntil = long.MinValue;

    /// <param name="firstThreshold">First-stage score that makes a candidate.</param>
    /// <param name="secondThreshold">Verifier score that makes a detection.</param>
    /// <param name="watchSteps">Steps in which a candidate is judged, its own included; at least 1.</param>
    /// <param name="refractorySteps">Steps after a detection in which there is neither candidate nor detection.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is below its bound.</exception>
    public CandidateWatch(float firstThreshold, float secondThreshold, int watchSteps, int refractorySteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(watchSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(refractorySteps);
        (_firstThreshold, _secondThreshold, _watchSteps, _refractorySteps) = (firstThreshold, secondThreshold, watchSteps, refractorySteps);
    }

    /// <summary>Takes the first stage's score of a step; steps must rise.</summary>
    /// <returns>True where the second stage is to judge this step; its score goes to <see cref="Judge"/>.</returns>
    public bool Next(long step, float firstScore)
    {
        if (step < _silentUntil) return false;
        if (firstScore >= _firstThreshold) _watchUntil = step + _watchSteps;
        return step < _watchUntil;
    }

    /// <summary>Takes the second stage's score of the step that <see cref="Next"/> asked for.</summary>
    /// <returns>True where this is a detection.</returns>
    public bool Judge(long step, float secondScore)
    {
        if (!(secondScore >= _secondThreshold)) return false;
        _silentUntil = step + 1 + _refractorySteps;
        _watchUntil = long.MinValue;
        return true;
    }
}
