namespace AVServer.Signal;

/// <summary>Gathers the statistics of <see cref="Cmvn"/> from any number of recordings.</summary>
/// <param name="dim">Length of a feature vector.</param>
public sealed class CmvnAccumulator(int dim)
{
    /// <summary>A component that hardly varies is not blown up: the variance's floor, as Kaldi's.</summary>
    private const double VarianceFloor = 1e-20;

    private readonly double[] _mean = new double[dim];
    private readonly double[] _squares = new double[dim];   // sums of squared differences from the mean

    /// <summary>Vectors seen.</summary>
    public long Frames { get; private set; }

    /// <summary>Adds vectors.</summary>
    /// <param name="features">[frames, dim], row after row.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the dimension.</exception>
    public void Accumulate(ReadOnlySpan<float> features)
    {
        if (features.Length % dim != 0)
            throw new ArgumentException($"Expected rows of {dim} values, got {features.Length} values.", nameof(features));
        for (; !features.IsEmpty; features = features[dim..])
        {
            Frames++;
            for (int i = 0; i < dim; i++)
            {
                // Welford's update: no difference of large sums.
                double difference = features[i] - _mean[i];
                _mean[i] += difference / Frames;
                _squares[i] += difference * (features[i] - _mean[i]);
            }
        }
    }

    /// <summary>The statistics so far, with the variance of the population (÷ frames).</summary>
    /// <exception cref="InvalidOperationException">Fewer than two vectors were seen.</exception>
    public Cmvn ToCmvn()
    {
        if (Frames < 2) throw new InvalidOperationException($"Expected at least 2 vectors, got {Frames}: accumulate features first.");
        return new Cmvn(
            Array.ConvertAll(_mean, mean => (float)mean),
            Array.ConvertAll(_squares, squares => (float)(1 / Math.Sqrt(Math.Max(squares / Frames, VarianceFloor)))));
    }
}
