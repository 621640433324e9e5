namespace AVServer.Evaluation;

/// <summary>One threshold and what it gave.</summary>
/// <param name="Threshold">Score from which the keyword counts as said.</param>
/// <param name="Frr">Rejected keyword utterances ÷ keyword utterances.</param>
/// <param name="Far">Accepted filler utterances ÷ filler utterances.</param>
public readonly record struct VerificationPoint(double Threshold, double Frr, double Far)
{
    /// <summary>FRR + FAR.</summary>
    public double Wws => Frr + Far;
}

/// <summary>FRR against FAR over all thresholds at which one of them changes: the DET curve of utterances.</summary>
public sealed class VerificationCurve
{
    private VerificationCurve(VerificationPoint[] points) => Points = points;

    /// <summary>
    /// Ascending by threshold, each a score that occurs, the last infinite: FRR never falls and FAR never rises along them.
    /// </summary>
    public IReadOnlyList<VerificationPoint> Points { get; }

    /// <summary>Measures a curve.</summary>
    /// <exception cref="ArgumentException">One of the lists is empty.</exception>
    public static VerificationCurve Measure(IReadOnlyList<float> keyword, IReadOnlyList<float> filler)
    {
        if (keyword.Count == 0 || filler.Count == 0)
            throw new ArgumentException($"Expected scores of both kinds, got {keyword.Count} and {filler.Count}.", nameof(keyword));
        var (positive, negative) = (keyword.Order().ToArray(), filler.Order().ToArray());
        var points = new List<VerificationPoint>();
        var (below, rejected) = (0, 0);
        foreach (var threshold in positive.Concat(negative).Append(float.PositiveInfinity).Distinct().Order())
        {
            while (below < positive.Length && positive[below] < threshold) below++;
            while (rejected < negative.Length && negative[rejected] < threshold) rejected++;
            points.Add(
                new VerificationPoint(threshold, below / (double)positive.Length, (negative.Length - rejected) / (double)negative.Length));
        }
        return new VerificationCurve([.. points]);
    }

    /// <summary>Where FRR and FAR are equal: their mean at the threshold at which they differ least.</summary>
    public double EqualErrorRate => Points.MinBy(point => Math.Abs(point.Frr - point.Far)).Wws / 2;

    /// <summary>The lowest WWS score, and the threshold in the middle of where it holds.</summary>
    public VerificationPoint LowestWws
    {
        get
        {
            var index = Enumerable.Range(0, Points.Count).MinBy(i => Points[i].Wws);
            var best = Points[index];
            if (index == 0) return best;
            return double.IsInfinity(best.Threshold) ? best : best with { Threshold = (Points[index - 1].Threshold + best.Threshold) / 2 };
        }
    }
}
