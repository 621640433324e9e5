namespace AVServer.Detection;

/// <summary>Smooths the running estimates of an utterance, and says which emotion an estimate names, if it is sure enough.</summary>
/// <remarks>
/// Each estimate counts for <c>max(1 ÷ n, smoothing, d)</c>, n its number in the utterance and d its distance from the smoothed ones (total
/// variation, 0 to 1): the first counts alone, small wavering is smoothed, a real change is followed at once. Pure; one stream's own.
/// </remarks>
/// <param name="labels">Names of the emotions, in the order of the posteriors.</param>
/// <param name="minimumConfidence">Posterior of the best one below which the answer is "unsure".</param>
/// <param name="smoothing">What a later estimate counts for at least, above 0, at most 1.</param>
public sealed class EmotionAggregator(IReadOnlyList<string> labels, double minimumConfidence, double smoothing = 0.4)
{
    private readonly float[] _smoothed = new float[labels.Count];
    private int _estimates;

    /// <summary>Begins another utterance.</summary>
    public void Begin() => _estimates = 0;

    /// <summary>Takes the next estimate of the utterance.</summary>
    /// <param name="posteriors">They add up to 1; not kept.</param>
    /// <returns>The smoothed posteriors, which add up to 1 too; valid until the next call.</returns>
    /// <exception cref="ArgumentException">There are more or fewer than labels.</exception>
    public ReadOnlySpan<float> Next(ReadOnlySpan<float> posteriors)
    {
        Require(posteriors);
        _estimates++;
        var distance = 0f;
        for (var i = 0; i < _smoothed.Length; i++) distance += Math.Abs(posteriors[i] - _smoothed[i]) / 2;
        var weight = _estimates == 1 ? 1 : (float)Math.Min(1, Math.Max(Math.Max(1.0 / _estimates, smoothing), distance));
        for (var i = 0; i < _smoothed.Length; i++) _smoothed[i] += weight * (posteriors[i] - _smoothed[i]);
        return _smoothed;
    }

    /// <summary>Names the emotion that an estimate stands for.</summary>
    /// <param name="posteriors">They add up to 1.</param>
    /// <returns>One of the labels; null where none is sure enough.</returns>
    /// <exception cref="ArgumentException">There are more or fewer than labels.</exception>
    public string? Name(ReadOnlySpan<float> posteriors)
    {
        Require(posteriors);
        var best = 0;
        for (var i = 1; i < posteriors.Length; i++)
            if (posteriors[i] > posteriors[best]) best = i;
        return posteriors[best] >= minimumConfidence ? labels[best] : null;
    }

    private void Require(ReadOnlySpan<float> posteriors)
    {
        if (posteriors.Length != labels.Count)
            throw new ArgumentException($"Expected {labels.Count} posteriors, got {posteriors.Length}.", nameof(posteriors));
    }
}
