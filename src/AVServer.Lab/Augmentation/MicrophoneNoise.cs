namespace AVServer.Lab.Augmentation;

/// <summary>What a microphone and its amplifier add by themselves: hiss with a tilt, and often the mains' hum.</summary>
/// <remarks>
/// Every recording has a floor of its own. Where training hears the keyword over a few floors only, they become part of the word.
/// </remarks>
public static class MicrophoneNoise
{
    private const double Rate = 16_000;
    private const int Harmonics = 6;

    /// <summary>Makes some.</summary>
    /// <param name="length">Samples at 16 kHz.</param>
    /// <param name="random">Colour and hum.</param>
    public static float[] Make(int length, Random random)
    {
        var noise = new float[length];
        // A pole near 1 makes it rumble, a negative one hiss.
        var pole = (float)((1.6 * random.NextDouble()) - 0.65);
        var last = 0f;
        for (var i = 0; i < length; i++) noise[i] = last = (pole * last) + (float)(random.NextDouble() + random.NextDouble() - 1);
        if (random.NextDouble() < 0.4) AddHum(noise, random);
        return noise;
    }

    private static void AddHum(float[] noise, Random random)
    {
        var mains = random.Next(2) == 0 ? 50 : 60;
        var level = Waveform.Rms(noise) * 2 * random.NextDouble();
        for (var harmonic = 1; harmonic <= Harmonics; harmonic++)
        {
            var (amplitude, phase) = (level * random.NextDouble() / harmonic, 2 * Math.PI * random.NextDouble());
            for (var i = 0; i < noise.Length; i++)
                noise[i] += (float)(amplitude * Math.Sin((2 * Math.PI * mains * harmonic * i / Rate) + phase));
        }
    }
}
