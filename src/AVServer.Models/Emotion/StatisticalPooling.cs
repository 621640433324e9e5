using static TorchSharp.torch;

namespace AVServer.Models.Emotion;

/// <summary>Statistical pooling unit (SPU): global maximum, mean and standard deviation over time, in parallel; padding doesn't count.</summary>
/// <remarks>Peng et al., arXiv 2106.04133, section 2.2. The epsilon under the root is ours: without it a constant channel has an infinite gradient.</remarks>
internal static class StatisticalPooling
{
    /// <summary>Added to the variance.</summary>
    internal const double Epsilon = 1e-5;

    /// <summary>1 where a position is valid: lengths [B] → [B, positions], of the kind of numbers that <paramref name="like"/> has.</summary>
    internal static Tensor Mask(Tensor lengths, long positions, Tensor like) =>
        (arange(positions, int64).unsqueeze(0) < lengths.unsqueeze(1)).to_type(like.dtype);

    /// <summary>Pools maps that are 0 or more, as they are behind a ReLU.</summary>
    /// <param name="maps">[B, channels, T], 0 where the mask is.</param>
    /// <param name="mask">[B, T].</param>
    /// <param name="statistics">Which.</param>
    /// <returns>One [B, channels] for each statistic, in the order of their declaration; 0 for one without a valid position.</returns>
    internal static List<Tensor> Pool(Tensor maps, Tensor mask, Statistics statistics)
    {
        var pooled = new List<Tensor>();
        var count = mask.sum(1, keepdim: true).clamp_min(1);                                       // [B, 1]
        var mean = maps.sum(2) / count;                                                            // [B, C]
        if (statistics.HasFlag(Statistics.Max)) pooled.Add(maps.amax([2]));
        if (statistics.HasFlag(Statistics.Mean)) pooled.Add(mean);
        if (!statistics.HasFlag(Statistics.Deviation)) return pooled;
        var deviations = (maps - mean.unsqueeze(2)) * mask.unsqueeze(1);                           // [B, C, T]
        pooled.Add((((deviations * deviations).sum(2) / count) + Epsilon).sqrt());
        return pooled;
    }
}
