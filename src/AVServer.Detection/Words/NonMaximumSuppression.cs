namespace AVServer.Detection;

/// <summary>Non-maximum suppression along time: of candidates that overlap only the strongest stays.</summary>
/// <remarks>
/// A word's pronunciations are found side by side, and a better end may follow a good one: several candidates for what was said once.
/// </remarks>
public static class NonMaximumSuppression
{
    /// <summary>Whether two stretches share more than half of the shorter one.</summary>
    public static bool Overlap((long Start, long End) one, (long Start, long End) other)
    {
        var shared = Math.Min(one.End, other.End) + 1 - Math.Max(one.Start, other.Start);
        return 2 * shared > Math.Min(one.End + 1 - one.Start, other.End + 1 - other.Start);
    }

    /// <summary>The candidates of one recording that stay, strongest first.</summary>
    /// <param name="candidates">All, of one word.</param>
    /// <param name="span">First and last frame.</param>
    /// <param name="score">How strong one is.</param>
    public static List<T> Apply<T>(IEnumerable<T> candidates, Func<T, (long Start, long End)> span, Func<T, float> score)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var kept = new List<T>();
        foreach (var candidate in candidates.OrderByDescending(score))
            if (!kept.Exists(stronger => Overlap(span(stronger), span(candidate)))) kept.Add(candidate);
        return kept;
    }
}
