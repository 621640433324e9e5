namespace AVServer.Detection;

/// <summary>What lips say for each phone in a picture, against how often it is shown anyway. Pure; shared.</summary>
/// <remarks>
/// ln P(phone | lips) − ln P(phone), half of it for the phone itself and half for its <see cref="Visemes">viseme</see>: lips tell kinds of
/// phones apart, and within a kind little. Bounded, so that one picture doesn't decide about a word.
/// </remarks>
public sealed class LipGains
{
    private const float Floor = -2.5f, Cap = 2.5f;
    private const double PhoneFloor = 1e-5, VisemeFloor = 1e-4;

    private readonly int[] _visemes;
    private readonly double[] _priors;
    private readonly double[] _visemePriors = new double[Visemes.Names.Count];

    /// <param name="labels">Names of the phones in the order of the logits.</param>
    /// <param name="priors">How often each is shown.</param>
    public LipGains(IReadOnlyList<string> labels, IReadOnlyList<float> priors)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(priors);
        if (labels.Count != priors.Count)
            throw new ArgumentException($"Expected a prior for each of {labels.Count} phones, got {priors.Count}.", nameof(priors));
        _visemes = [.. labels.Select(Visemes.Of)];
        var sum = priors.Sum();
        _priors = [.. priors.Select(prior => prior / (double)sum)];
        for (var i = 0; i < labels.Count; i++) _visemePriors[_visemes[i]] += _priors[i];
    }

    /// <summary>Number of phones.</summary>
    public int Count => _visemes.Length;

    /// <summary>Posteriors of the phones in a picture.</summary>
    /// <param name="logits">The network's output.</param>
    /// <param name="posteriors">Receives <see cref="Count"/> values.</param>
    public static void Posteriors(ReadOnlySpan<float> logits, Span<double> posteriors)
    {
        var highest = float.NegativeInfinity;
        foreach (var logit in logits) highest = Math.Max(highest, logit);
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++) sum += posteriors[i] = Math.Exp(logits[i] - highest);
        for (var i = 0; i < logits.Length; i++) posteriors[i] /= sum;
    }

    /// <summary>Gains of the phones in a picture.</summary>
    /// <param name="logits">The network's output.</param>
    /// <param name="gains">Receives <see cref="Count"/> values.</param>
    public void Compute(ReadOnlySpan<float> logits, Span<float> gains)
    {
        Span<double> posteriors = stackalloc double[Count];
        Posteriors(logits, posteriors);
        Span<double> visemes = stackalloc double[_visemePriors.Length];
        visemes.Clear();
        for (var i = 0; i < Count; i++) visemes[_visemes[i]] += posteriors[i];
        for (var i = 0; i < Count; i++)
        {
            var phone = Math.Log((posteriors[i] + PhoneFloor) / (_priors[i] + PhoneFloor));
            var viseme = Math.Log((visemes[_visemes[i]] + VisemeFloor) / (_visemePriors[_visemes[i]] + VisemeFloor));
            gains[i] = Math.Clamp((float)(0.5 * (phone + viseme)), Floor, Cap);
        }
    }
}
