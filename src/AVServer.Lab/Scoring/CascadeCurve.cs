using AVServer.Detection;

namespace AVServer.Lab.Scoring;

/// <summary>Scores of both stages along one recording.</summary>
/// <param name="First">First stage, by step.</param>
/// <param name="Second">Second stage at every step, whether a candidate would have called it or not.</param>
public sealed record CascadeCurve(float[] First, (float Posterior, float SinceStart, float SinceEnd)[] Second)
{
    /// <summary>The joint score of both stages where a candidate of the first opens the watch, else 0.</summary>
    /// <param name="firstThreshold">First-stage score that makes a candidate.</param>
    /// <param name="firstWeight">What the first stage counts beside the second.</param>
    /// <param name="watchSteps">Steps in which a candidate is judged, its own included.</param>
    public float[] Gated(float firstThreshold, float firstWeight, int watchSteps)
    {
        var fusion = new StageFusion(firstWeight, watchSteps);
        var scores = new float[First.Length];
        var watchUntil = 0;
        for (var step = 0; step < scores.Length; step++)
        {
            fusion.Hear(step, First[step]);
            if (First[step] >= firstThreshold) watchUntil = step + watchSteps;
            if (step < watchUntil && step < Second.Length) scores[step] = fusion.Join(Second[step].Posterior);
        }
        return scores;
    }
}
