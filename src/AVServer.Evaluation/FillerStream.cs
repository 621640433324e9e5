namespace AVServer.Evaluation;

/// <summary>A stream without the keyword, as the scores that a detector gave along it.</summary>
/// <param name="Scores">One score a step.</param>
/// <param name="StepSeconds">Seconds from one score to the next.</param>
public sealed record FillerStream(IReadOnlyList<float> Scores, double StepSeconds)
{
    /// <summary>Length of the stream in hours.</summary>
    public double Hours => Scores.Count * StepSeconds / 3600;

    /// <summary>Triggers at a threshold: the first score at or above it, then none for the refractory period.</summary>
    /// <param name="threshold">Score from which the keyword counts as said.</param>
    /// <param name="refractorySeconds">Time after a trigger in which there is no other.</param>
    public int Triggers(double threshold, double refractorySeconds)
    {
        var silent = Math.Max(1, (int)Math.Round(refractorySeconds / StepSeconds));
        var count = 0;
        for (var step = 0; step < Scores.Count; step++)
        {
            if (Scores[step] < threshold) continue;
            count++;
            step += silent - 1;
        }
        return count;
    }
}
