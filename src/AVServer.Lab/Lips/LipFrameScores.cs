using AVServer.Detection;

namespace AVServer.Lab.Lips;

/// <summary>How often pictures of unseen talkers are read right, beside chance.</summary>
/// <param name="Pictures">Pictures of speech whose phone is sure.</param>
/// <param name="Phones">Share whose phone is named.</param>
/// <param name="PhoneChance">Share of the commonest phone.</param>
/// <param name="VisemeShare">Share whose viseme is named.</param>
/// <param name="Chance">Share of the commonest viseme.</param>
/// <param name="Balanced">Mean over the visemes of the share that is named, priors taken out; by chance one of as many.</param>
/// <param name="Bits">What a picture tells of its viseme beyond how often each is shown.</param>
internal sealed record LipFrameScores(
    int Pictures, double Phones, double PhoneChance, double VisemeShare, double Chance, double Balanced, double Bits)
{
    // Pictures in which one phone goes over into another belong to neither.
    private const double Sure = 0.6;

    /// <summary>Measures.</summary>
    /// <param name="readings">What was read.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <param name="priors">How often each label was shown in training.</param>
    public static LipFrameScores Of(IEnumerable<LipReading> readings, IReadOnlyList<string> labels, IReadOnlyList<float> priors)
    {
        int[] visemeOf = [.. labels.Select(Visemes.Of)];
        var visemePriors = new double[Visemes.Names.Count];
        for (var i = 0; i < labels.Count; i++) visemePriors[visemeOf[i]] += priors[i];
        var speech = 1 - (visemePriors[Visemes.Silence] / priors.Sum());
        var (said, named) = (new int[Visemes.Names.Count], new int[Visemes.Names.Count]);
        var phonesSaid = new int[labels.Count];
        var (phones, visemes, bits, count) = (0, 0, 0.0, 0);
        var posteriors = new double[labels.Count];
        foreach (var reading in readings)
            for (var picture = 0; picture < reading.Clip.Face.Pictures; picture++)
            {
                var shares = reading.Clip.Aligned.AsSpan(picture * labels.Count, labels.Count);
                var label = Largest<float>(shares);
                if (shares[label] <= Sure || visemeOf[label] == Visemes.Silence) continue;
                LipGains.Posteriors(reading.Logits(picture), posteriors);
                var byViseme = new double[Visemes.Names.Count];
                var heard = 1e-9;
                for (var i = 0; i < labels.Count; i++)
                    if (visemeOf[i] != Visemes.Silence)
                    {
                        byViseme[visemeOf[i]] += posteriors[i];
                        heard += posteriors[i];
                    }
                    else
                    {
                        posteriors[i] = 0;
                    }
                var own = visemeOf[label];
                count++;
                phonesSaid[label]++;
                said[own]++;
                if (Largest<double>(posteriors) == label) phones++;
                if (Largest<double>(byViseme) == own) visemes++;
                bits += Math.Log2((byViseme[own] / heard) + 1e-9) - Math.Log2(visemePriors[own] / priors.Sum() / speech);
                for (var i = 0; i < byViseme.Length; i++) byViseme[i] /= Math.Max(visemePriors[i], 1e-3 * priors.Sum());
                if (Largest<double>(byViseme) == own) named[own]++;
            }
        var shown = Enumerable.Range(0, said.Length).Where(viseme => said[viseme] > 0).ToArray();
        return new LipFrameScores(
            count, phones / (double)count, phonesSaid.Max() / (double)count, visemes / (double)count, said.Max() / (double)count,
            shown.Average(viseme => named[viseme] / (double)said[viseme]), bits / count);
    }

    private static int Largest<T>(ReadOnlySpan<T> values) where T : IComparable<T>
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i].CompareTo(values[largest]) > 0) largest = i;
        return largest;
    }
}
