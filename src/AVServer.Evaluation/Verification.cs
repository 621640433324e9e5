namespace AVServer.Evaluation;

/// <summary>Measures of two lists of scores, one for utterances with the keyword and one for those without.</summary>
public static class Verification
{
    /// <summary>FRR + FAR over all utterances at a threshold: the WWS score of the MISP Challenge 2021; lower is better.</summary>
    public static double WwsScore(IReadOnlyList<float> keyword, IReadOnlyList<float> filler, double threshold) =>
        Frr(keyword, threshold) + Far(filler, threshold);

    /// <summary>Rejected keyword utterances ÷ keyword utterances.</summary>
    public static double Frr(IReadOnlyList<float> keyword, double threshold) =>
        keyword.Count(score => score < threshold) / (double)keyword.Count;

    /// <summary>Accepted filler utterances ÷ filler utterances.</summary>
    public static double Far(IReadOnlyList<float> filler, double threshold) =>
        filler.Count(score => score >= threshold) / (double)filler.Count;

    /// <summary>Where FRR and FAR are equal: their mean at the threshold at which they differ least.</summary>
    public static double EqualErrorRate(IReadOnlyList<float> keyword, IReadOnlyList<float> filler) =>
        VerificationCurve.Measure(keyword, filler).EqualErrorRate;

    /// <summary>Chance that a keyword utterance scores above a filler utterance; a tie counts half (area under the ROC curve).</summary>
    public static double Auc(IReadOnlyList<float> keyword, IReadOnlyList<float> filler)
    {
        var sorted = filler.Order().ToArray();
        var sum = 0.0;
        foreach (var score in keyword)
        {
            var below = Array.FindIndex(sorted, value => value >= score) is >= 0 and var first ? first : sorted.Length;
            var notAbove = Array.FindIndex(sorted, value => value > score) is >= 0 and var next ? next : sorted.Length;
            sum += below + ((notAbove - below) / 2.0);
        }
        return sum / ((double)keyword.Count * filler.Count);
    }
}
