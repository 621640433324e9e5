namespace AVServer.Signal;

/// <summary>Time derivatives of features by regression over neighbouring frames.</summary>
/// <remarks>
/// Follows Kaldi feature-functions.cc (DeltaFeatures): the edge frames are repeated; a second derivative is the first one's filter applied
/// twice.
/// </remarks>
public static class Deltas
{
    /// <summary>Appends derivatives to each vector.</summary>
    /// <param name="features">[frames, dim], row after row.</param>
    /// <param name="dim">Length of a vector.</param>
    /// <param name="order">Highest derivative, 1 or more.</param>
    /// <param name="window">Neighbours on each side, 1 or more.</param>
    /// <returns>[frames, dim × (order + 1)]: values, first derivatives, second ones, and so on.</returns>
    /// <exception cref="ArgumentException">The features are no multiple of <paramref name="dim"/>, or a count is below 1.</exception>
    public static float[] Append(ReadOnlySpan<float> features, int dim, int order = 2, int window = 2)
    {
        if (dim < 1 || order < 1 || window < 1)
            throw new ArgumentException($"Expected a dim, order and window of at least 1, got {dim}, {order} and {window}.", nameof(dim));
        if (features.Length % dim != 0)
            throw new ArgumentException($"Expected rows of {dim} values, got {features.Length} values.", nameof(features));
        int frames = features.Length / dim, wide = dim * (order + 1);
        var appended = new float[frames * wide];
        for (int t = 0; t < frames; t++) features.Slice(t * dim, dim).CopyTo(appended.AsSpan(t * wide));
        Fill(appended, dim, order, window);
        return appended;
    }

    /// <summary>Writes derivatives beside the values that they are of.</summary>
    /// <param name="rows">[frames, dim × (order + 1)]: the values stand first in each row, the rest is overwritten.</param>
    /// <param name="dim">Values of a row.</param>
    /// <param name="order">Highest derivative, 1 or more.</param>
    /// <param name="window">Neighbours on each side, 1 or more.</param>
    internal static void Fill(Span<float> rows, int dim, int order, int window = 2)
    {
        double[] filter = [1];
        for (int derivative = 1; derivative <= order; derivative++)
        {
            filter = Regress(filter, window);
            for (int t = 0; t < rows.Length / (dim * (order + 1)); t++) Weigh(rows, dim, derivative, dim * (order + 1), t, filter);
        }
    }

    // Convolves a filter with the slope of a regression line, Σ n·x[n] / Σ n².
    private static double[] Regress(double[] filter, int window)
    {
        double norm = 0;
        for (int n = -window; n <= window; n++) norm += n * n;
        var longer = new double[filter.Length + 2 * window];
        for (int i = 0; i < filter.Length; i++)
            for (int n = -window; n <= window; n++) longer[i + n + window] += n * filter[i] / norm;
        return longer;
    }

    private static void Weigh(Span<float> rows, int dim, int derivative, int wide, int frame, double[] filter)
    {
        int last = rows.Length / wide - 1, reach = filter.Length / 2;
        var result = rows.Slice(frame * wide + derivative * dim, dim);
        for (int c = 0; c < dim; c++)
        {
            double sum = 0;
            for (int i = 0; i < filter.Length; i++) sum += filter[i] * rows[Math.Clamp(frame + i - reach, 0, last) * wide + c];
            result[c] = (float)sum;
        }
    }
}
