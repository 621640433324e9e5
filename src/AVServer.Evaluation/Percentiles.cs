namespace AVServer.Evaluation;

/// <summary>Order statistics of latencies and errors.</summary>
public static class Percentiles
{
    /// <summary>The value below which a share of the values lies, linear between neighbours.</summary>
    /// <param name="values">In any order; not empty.</param>
    /// <param name="share">0 to 1; 0.5 is the median.</param>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) throw new ArgumentException("Expected at least one value, got none.", nameof(values));
        var at = Math.Clamp(share, 0, 1) * (sorted.Length - 1);
        var left = (int)at;
        return left + 1 < sorted.Length ? sorted[left] + ((at - left) * (sorted[left + 1] - sorted[left])) : sorted[left];
    }
}
