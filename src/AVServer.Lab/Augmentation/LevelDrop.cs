namespace AVServer.Lab.Augmentation;

/// <summary>What a microphone at its lowest gain leaves of 16 bits.</summary>
public static class LevelDrop
{
    /// <summary>Makes sound quieter and rounds it to steps of 16 bits.</summary>
    /// <param name="samples">Sound in [-1, 1), in place.</param>
    /// <param name="db">By how much, 0 or more.</param>
    public static void Apply(Span<float> samples, double db)
    {
        var gain = (float)Math.Pow(10, -db / 20);
        foreach (ref var sample in samples) sample = MathF.Round(sample * gain * 32_768) / 32_768;
    }
}
