using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Examples mixed in pairs, and what they are to say by the same shares.</summary>
/// <remarks>Zhang et al., "mixup: Beyond Empirical Risk Minimization" (ICLR 2018, arXiv 1710.09412), §2.</remarks>
/// <param name="Share">Share of the example itself.</param>
/// <param name="Others">Whom each example of the batch is mixed with.</param>
internal sealed record Mixup(double Share, long[] Others)
{
    /// <summary>Draws how a batch is mixed.</summary>
    /// <param name="alpha">α of the beta distribution that the share is of: the larger, the more evenly.</param>
    /// <param name="batch">Examples of the batch.</param>
    /// <param name="random">Chance.</param>
    internal static Mixup Draw(double alpha, int batch, Random random)
    {
        var share = Beta(alpha, random);
        var others = Enumerable.Range(0, batch).Select(i => (long)i).ToArray();
        random.Shuffle(others);
        return new(share, others);
    }

    /// <summary>Mixes what belongs to the examples, [B, …].</summary>
    internal Tensor Mix(Tensor x) => (x * Share) + (OfOthers(x) * (1 - Share));

    /// <summary>The same of whom each is mixed with.</summary>
    internal Tensor OfOthers(Tensor x) => x.index_select(0, tensor(Others));

    /// <summary>A draw of the beta distribution with both parameters alike (Jöhnk's method).</summary>
    private static double Beta(double alpha, Random random)
    {
        while (true)
        {
            var (x, y) = (Math.Pow(random.NextDouble(), 1 / alpha), Math.Pow(random.NextDouble(), 1 / alpha));
            if (x + y is > 0 and <= 1) return x / (x + y);
        }
    }
}
