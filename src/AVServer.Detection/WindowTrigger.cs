namespace AVServer.Detection;

/// <summary>Turns scores of overlapping windows into triggers: one for a word, though every window that holds it scores high.</summary>
/// <remarks>
/// After a trigger there is silence for the refractory period and until the score has fallen below its threshold, or until the windows hold
/// nothing of the word any more. A fall counts only where the score is of the same kind as the one that triggered: when the kind changes,
/// as it does when a face goes or comes, one score may be low and the other high for one and the same word. A pure state machine without a
/// clock.
/// </remarks>
/// <param name="refractorySteps">Steps after a trigger in which there is no other.</param>
/// <param name="windowSteps">Steps until a window holds nothing of what it held at the trigger.</param>
public sealed class WindowTrigger(long refractorySteps, long windowSteps)
{
    private bool _armed = true;
    private long _triggered;
    private int _kind;

    /// <summary>Takes the score of a window; steps must rise.</summary>
    /// <param name="step">The step at which the window ends.</param>
    /// <param name="margin">Score less its threshold.</param>
    /// <param name="kind">Which score it is; any number that the caller chooses.</param>
    /// <returns>True where a trigger falls.</returns>
    public bool Next(long step, float margin, int kind)
    {
        var over = margin >= 0;   // false for what is no number
        if (!_armed)
        {
            if (step >= _triggered + windowSteps) _armed = true;
            else if (!over && kind == _kind && step >= _triggered + refractorySteps) _armed = true;
        }
        if (!_armed || !over) return false;
        (_armed, _triggered, _kind) = (false, step, kind);
        return true;
    }
}
