namespace AVServer.Detection;

/// <summary>
/// Joins what both stages of a cascade say: the second's log-odds, and beside them a share of the first's highest in the latest steps.
/// </summary>
/// <remarks>
/// The stages hear different features and err on different words: what sounds like the keyword to the one seldom does to the other. A pure
/// state machine without a clock, one a stream and keyword.
/// </remarks>
public sealed class StageFusion
{
    // Posteriors of 0 and 1 have no log-odds; beyond these, single precision tells nothing any more.
    private const float Least = 1e-7f;

    private readonly float _weight;
    private readonly (long Step, float Score)[] _latest;
    private long _step = long.MinValue;

    /// <param name="weight">What the first stage's log-odds count beside the second's; 0: nothing.</param>
    /// <param name="steps">Steps over which the first stage's highest score counts; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its bound.</exception>
    public StageFusion(float weight, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _weight = weight;
        _latest = new (long, float)[steps];
        Array.Fill(_latest, (long.MinValue, 0));
    }

    /// <summary>Takes the first stage's score of a step.</summary>
    /// <param name="step">Number of the step; must rise, may leave out steps.</param>
    /// <param name="firstScore">0 to 1.</param>
    public void Hear(long step, float firstScore) => _latest[(_step = step) % _latest.Length] = (step, firstScore);

    /// <summary>The joint posterior of the step that was heard last.</summary>
    /// <param name="secondScore">The second stage's, 0 to 1.</param>
    public float Join(float secondScore)
    {
        if (_weight == 0) return secondScore;
        var highest = 0f;
        foreach (var (step, score) in _latest)
            if (step > _step - _latest.Length) highest = Math.Max(highest, score);
        return 1 / (1 + MathF.Exp(-(LogOdds(secondScore) + (_weight * LogOdds(highest)))));
    }

    /// <summary>The logarithm of a posterior's odds, within what single precision tells.</summary>
    /// <param name="posterior">0 to 1.</param>
    public static float LogOdds(float posterior)
    {
        posterior = Math.Clamp(posterior, Least, 1 - Least);
        return MathF.Log(posterior / (1 - posterior));
    }
}
