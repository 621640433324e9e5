using System.Numerics;

namespace AVServer.Signal;

/// <summary>
/// Mean and variance normalisation with fixed statistics, those of the training recordings. Shared by any number of streams.
/// </summary>
public sealed class Cmvn
{
    private readonly float[] _mean;
    private readonly float[] _inverseDeviation;

    /// <param name="mean">[dim]; copied.</param>
    /// <param name="inverseDeviation">[dim], one over the standard deviation; copied.</param>
    /// <exception cref="ArgumentException">The two are empty, of different length, or not finite.</exception>
    public Cmvn(ReadOnlySpan<float> mean, ReadOnlySpan<float> inverseDeviation)
    {
        if (mean.IsEmpty || mean.Length != inverseDeviation.Length)
            throw new ArgumentException(
                $"Expected means and deviations of one length, got {mean.Length} and {inverseDeviation.Length}.", nameof(inverseDeviation));
        foreach (float value in mean) RequireFinite(value, nameof(mean));
        foreach (float value in inverseDeviation) RequireFinite(value, nameof(inverseDeviation));
        (_mean, _inverseDeviation) = (mean.ToArray(), inverseDeviation.ToArray());
    }

    /// <summary>Length of a feature vector.</summary>
    public int Dim => _mean.Length;

    /// <summary>[dim].</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>[dim], one over the standard deviation.</summary>
    public ReadOnlySpan<float> InverseDeviation => _inverseDeviation;

    /// <summary>Normalises in place: <c>(x - mean) × inverseDeviation</c>.</summary>
    /// <param name="features">[frames, dim], row after row; any number of rows.</param>
    /// <exception cref="ArgumentException">The length is no multiple of <see cref="Dim"/>.</exception>
    public void Apply(Span<float> features)
    {
        if (features.Length % Dim != 0)
            throw new ArgumentException($"Expected rows of {Dim} values, got {features.Length} values.", nameof(features));
        for (; !features.IsEmpty; features = features[Dim..])
        {
            int i = 0;
            for (; i + Vector<float>.Count <= Dim; i += Vector<float>.Count)
                ((new Vector<float>(features[i..]) - new Vector<float>(_mean, i)) * new Vector<float>(_inverseDeviation, i))
                    .CopyTo(features[i..]);
            for (; i < Dim; i++) features[i] = (features[i] - _mean[i]) * _inverseDeviation[i];
        }
    }

    private static void RequireFinite(float value, string name)
    {
        if (!float.IsFinite(value)) throw new ArgumentException($"Expected finite statistics, got {value}.", name);
    }
}
