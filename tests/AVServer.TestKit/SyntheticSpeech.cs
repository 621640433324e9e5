namespace AVServer.TestKit;

/// <summary>
/// A signal with the coarse features of speech: voiced syllables with formants, pauses between them, a little noise. Not a word of any
/// language.
/// </summary>
public static class SyntheticSpeech
{
    // First and second formant, Hz, of five cardinal vowels (a, e, i, o, u).
    private static readonly (double First, double Second)[] Vowels = [(800, 1250), (450, 2000), (300, 2300), (450, 800), (320, 750)];

    private const double FormantBandwidthHz = 120;
    private const double NoiseLevel = 0.002;

    /// <summary>Makes a stretch of it.</summary>
    /// <param name="seed">The same seed gives the same samples.</param>
    /// <param name="duration">Length.</param>
    /// <param name="sampleRateHz">Samples a second.</param>
    /// <returns>Mono in [-1, 1), peaks near 0.5.</returns>
    public static float[] Create(int seed, TimeSpan duration, int sampleRateHz = 16000)
    {
        var random = new Random(seed);
        var samples = new float[(int)Math.Round(duration.TotalSeconds * sampleRateHz)];
        double pitchHz = 90 + (random.NextDouble() * 130);
        for (int at = 0; at < samples.Length;)
        {
            int length = (int)((0.12 + (random.NextDouble() * 0.18)) * sampleRateHz);
            var syllable = samples.AsSpan(at, Math.Min(length, samples.Length - at));
            AddSyllable(syllable, length, Vowels[random.Next(Vowels.Length)], pitchHz * (0.9 + (random.NextDouble() * 0.2)), sampleRateHz);
            at += length + (int)((random.Next(5) == 0 ? 0.35 : 0.04) * sampleRateHz);   // every fifth pause is that of a phrase
        }

        for (int i = 0; i < samples.Length; i++) samples[i] += (float)(((random.NextDouble() * 2) - 1) * NoiseLevel);
        return samples;
    }

    // Harmonics of the pitch, each as loud as the formants let it be, under a rounded envelope.
    private static void AddSyllable(Span<float> into, int length, (double First, double Second) vowel, double pitchHz, int sampleRateHz)
    {
        int harmonics = (int)(Math.Min(4000, sampleRateHz / 2.0) / pitchHz);
        var levels = new double[harmonics];
        for (int h = 0; h < harmonics; h++)
            levels[h] = Resonance((h + 1) * pitchHz, vowel.First) + (0.5 * Resonance((h + 1) * pitchHz, vowel.Second));
        double scale = 0.5 / levels.Sum();
        for (int i = 0; i < into.Length; i++)
        {
            double sum = 0;
            for (int h = 0; h < harmonics; h++) sum += levels[h] * Math.Cos(2 * Math.PI * (h + 1) * pitchHz * i / sampleRateHz);
            into[i] += (float)(scale * sum * Math.Sin(Math.PI * i / length));
        }
    }

    private static double Resonance(double hz, double formantHz) => 1 / (1 + Math.Pow((hz - formantHz) / FormantBandwidthHz, 2));
}
