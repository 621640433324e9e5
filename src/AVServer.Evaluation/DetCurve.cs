namespace AVServer.Evaluation;

/// <summary>Misses against false alarms per hour, over thresholds.</summary>
public sealed class DetCurve
{
    private DetCurve(IReadOnlyList<DetPoint> points, int keywords, double hours) => (Points, KeywordUtterances, FillerHours) = (points, keywords, hours);

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
    public static DetCurve Measure(IReadOnlyList<float> keywordScores, IReadOnlyList<FillerStream> filler, IReadOnlyList<double> thresholds, double refractorySeconds = 1)
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
}
