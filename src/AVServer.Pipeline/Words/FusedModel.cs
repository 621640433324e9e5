using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>A trained model of the same keyword that a typed word's score is fused with, and what it says of the stored speech.</summary>
/// <param name="Model">Name and version of the verifier.</param>
/// <param name="Stored">Where it took stored speech for the keyword, in the order of the ends.</param>
internal sealed record FusedModel(ModelReference Model, IReadOnlyList<StoredScore> Stored)
{
    private const double OutputsApart = ScoreFusion.MaxSecondsApart / WordTiming.OutputSeconds;

    /// <summary>What it adds to a candidate in the stored speech.</summary>
    /// <param name="end">See <see cref="BackgroundCandidate.End"/>.</param>
    public float GainAt(long end)
    {
        var highest = 0f;
        foreach (var score in Stored)
            if (Math.Abs(score.End - end) <= OutputsApart) highest = Math.Max(highest, score.Posterior);
        return ScoreFusion.Gain(highest);
    }
}

/// <summary>What a trained model said of a moment of the stored speech.</summary>
/// <param name="End">Number of the output behind which the word would end, counted through all stored recordings.</param>
/// <param name="Posterior">0 to 1.</param>
internal readonly record struct StoredScore(long End, float Posterior);
