namespace AVServer.Lab.Augmentation;

/// <summary>What a telephone line leaves of a voice.</summary>
public static class TelephoneBand
{
    /// <summary>Takes away what lies above 3.2 to 3.9 kHz and, half of the time, what lies below 150 to 350 Hz.</summary>
    /// <param name="samples">Sound at 16 kHz, in place.</param>
    /// <param name="random">Which line: their bands differ.</param>
    public static void Apply(Span<float> samples, Random random)
    {
        var hz = random.Next(3_200, 3_900);
        Biquad.LowPass(samples, hz);
        Biquad.LowPass(samples, hz);
        if (random.NextDouble() < 0.5) Biquad.HighPass(samples, random.Next(150, 350));
    }
}
