namespace AVServer.Networks.Emotion;

/// <summary>
/// Statistical pooling unit (SPU): global maximum, mean and standard deviation over time, in parallel; padding doesn't count.
/// </summary>
/// <remarks>
/// Peng et al., arXiv 2106.04133, section 2.2. The epsilon under the root is ours: without it a constant channel has an infinite gradient.
/// </remarks>
internal static class StatisticalPooling
{
    private const double Epsilon = 1e-5;

    /// <summary>Pools maps that are 0 or more, as they are behind a ReLU.</summary>
    /// <param name="maps">[B, channels, T], 0 where the mask is.</param>
    /// <param name="mask">[B, T].</param>
    /// <param name="statistics">Which.</param>
    /// <returns>One [B, channels] for each statistic, in the order of their declaration; 0 for one without a valid position.</returns>
    internal static List<Value> Pool(Value maps, Value mask, Statistics statistics)
    {
        var pooled = new List<Value>();
        var count = Count(mask, keep: true);                                                       // [B, 1]
        var mean = maps.Sum(keep: false, 2) / count;                                               // [B, C]
        if (statistics.HasFlag(Statistics.Max)) pooled.Add(maps.Max(keep: false, 2));
        if (statistics.HasFlag(Statistics.Mean)) pooled.Add(mean);
        if (!statistics.HasFlag(Statistics.Deviation)) return pooled;
        var deviations = (maps - mean.Unsqueeze(2)) * mask.Unsqueeze(1);                           // [B, C, T]
        pooled.Add((((deviations * deviations).Sum(keep: false, 2) / count) + Epsilon).Sqrt());
        return pooled;
    }

    /// <summary>How many places of a mask [B, T, …] are valid, at least one.</summary>
    internal static Value Count(Value mask, bool keep) => mask.Sum(keep, 1).Clamp(1, int.MaxValue);
}
