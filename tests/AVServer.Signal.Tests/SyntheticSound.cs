namespace AVServer.Signal.Tests;

internal static class SyntheticSound
{
    /// <summary>Uniform white noise.</summary>
    public static float[] Noise(Random random, int samples, double rmsDbfs = -10)
    {
        float peak = (float)(Math.Pow(10, rmsDbfs / 20) * Math.Sqrt(3));
        var noise = new float[samples];
        for (int i = 0; i < samples; i++) noise[i] = (random.NextSingle() * 2 - 1) * peak;
        return noise;
    }

    public static float[] Sine(double hz, int sampleRateHz, int samples, double amplitude = 0.5)
    {
        var sine = new float[samples];
        for (int i = 0; i < samples; i++) sine[i] = (float)(amplitude * Math.Sin(2 * Math.PI * hz * i / sampleRateHz));
        return sine;
    }

    /// <summary>A buzz with the harmonics of a voice at 120 Hz, falling by 6 dB per octave.</summary>
    public static float[] Buzz(int sampleRateHz, int samples, double rmsDbfs)
    {
        var buzz = new float[samples];
        for (int harmonic = 1; harmonic <= 30; harmonic++)
            for (int i = 0; i < samples; i++) buzz[i] += (float)(Math.Sin(2 * Math.PI * 120 * harmonic * i / sampleRateHz) / harmonic);
        float gain = (float)Math.Pow(10, (rmsDbfs - SoundLevel.RmsDbfs(buzz)) / 20);
        return Array.ConvertAll(buzz, sample => sample * gain);
    }
}
