namespace AVServer.Evaluation;

/// <summary>Misses against false alarms per hour, over thresholds.</summary>
public sealed class DetCurve
{
    private const double CountedAlarms = 5, FittedAlarms = 60;

    private DetCurve(IReadOnlyList<DetPoint> points, int keywords, double hours) =>
        (Points, KeywordUtterances, FillerHours) = (points, keywords, hours);

    /// <summary>Points, ascending by threshold: FRR never falls and false alarms never rise along them.</summary>
    public IReadOnlyList<DetPoint> Points { get; }

    /// <summary>Keyword utterances behind the curve.</summary>
    public int KeywordUtterances { get; }

    /// <summary>Hours of filler behind the curve.</summary>
    public double FillerHours { get; }

    /// <summary>Measures a curve.</summary>
    /// <param name="keywordScores">Highest score along each keyword utterance.</param>
    /// <param name="filler">Streams without the keyword.</param>
    /// <param name="thresholds">Thresholds to measure at, ascending.</param>
    /// <param name="refractorySeconds">Time after a trigger in which there is no other.</param>
    /// <exception cref="ArgumentException">There are no utterances, or no filler.</exception>
    public static DetCurve Measure(
        IReadOnlyList<float> keywordScores, IReadOnlyList<FillerStream> filler, IReadOnlyList<double> thresholds,
        double refractorySeconds = 1)
    {
        var hours = filler.Sum(stream => stream.Hours);
        if (keywordScores.Count == 0 || hours <= 0)
            throw new ArgumentException($"Expected keyword utterances and filler, got {keywordScores.Count} and {hours} hours.");
        var points = thresholds.Select(threshold => new DetPoint(
            threshold,
            keywordScores.Count(score => score < threshold) / (double)keywordScores.Count,
            filler.Sum(stream => stream.Triggers(threshold, refractorySeconds)) / hours));
        return new DetCurve([.. points], keywordScores.Count, hours);
    }

    /// <summary>The lowest measured threshold that keeps to a rate of false alarms; absent where none does.</summary>
    /// <param name="falseAlarmsPerHour">Most triggers per hour of filler.</param>
    public DetPoint? At(double falseAlarmsPerHour)
    {
        foreach (var point in Points)
            if (point.FalseAlarmsPerHour <= falseAlarmsPerHour) return point;
        return null;
    }

    /// <summary>The same curve with its rare false alarms smoothed, for thresholds to be chosen by.</summary>
    /// <remarks>
    /// Where fewer than <see cref="CountedAlarms"/> alarms were heard, one recording more or less moves the threshold far. There the rate
    /// follows the line that the better counted points (up to <see cref="FittedAlarms"/> alarms) lie on: the logarithm of the rate over the
    /// logit of the threshold, as peaks over a threshold have it (Pickands 1975), through the rarest point that was counted well.
    /// </remarks>
    public DetCurve WithSmoothTail()
    {
        var fitted = Points.Where(
            point => point.FalseAlarmsPerHour * FillerHours is >= CountedAlarms and <= FittedAlarms && point.Threshold is > 0 and < 1)
            .ToArray();
        if (fitted.Length < 2) return this;
        var (x, y) = (fitted.Average(point => Logit(point.Threshold)), fitted.Average(point => Math.Log(point.FalseAlarmsPerHour)));
        var spread = fitted.Sum(point => Math.Pow(Logit(point.Threshold) - x, 2));
        if (spread == 0) return this;
        var slope = Math.Min(0, fitted.Sum(point => (Logit(point.Threshold) - x) * (Math.Log(point.FalseAlarmsPerHour) - y)) / spread);
        var (from, rate) = (fitted[^1].Threshold, fitted[^1].FalseAlarmsPerHour);
        return new DetCurve(
            [.. Points.Select(
                point => point.Threshold <= from || point.Threshold >= 1 ? point
                    : point with { FalseAlarmsPerHour = rate * Math.Exp(slope * (Logit(point.Threshold) - Logit(from))) })],
            KeywordUtterances,
            FillerHours);
    }

    private static double Logit(double posterior) => Math.Log(posterior / (1 - posterior));
}
