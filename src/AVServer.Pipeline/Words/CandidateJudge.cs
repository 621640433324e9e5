using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>The judge's word on a candidate, from its alignment.</summary>
internal static class CandidateJudge
{
    /// <summary>Log-odds that the word was said.</summary>
    /// <param name="model">The judge.</param>
    /// <param name="candidate">The alignment; its frames must still be remembered.</param>
    /// <param name="phones">The word's phones.</param>
    /// <param name="history">What was heard.</param>
    public static float Judge(this WordJudgeModel model, WordCandidate candidate, IReadOnlyList<int> phones, PhoneScoreHistory history)
    {
        Span<float> features = stackalloc float[AlignmentFeatures.Count];
        Span<float> score = stackalloc float[1];
        AlignmentFeatures.Compute(candidate, phones, history, features);
        model.Judge(features, score);
        return score[0];
    }
}
