using System.Numerics;

namespace AVServer.Signal;

/// <summary>How loud samples are, in decibels below full scale: a square wave between -1 and 1 has 0 dBFS.</summary>
public static class SoundLevel
{
    /// <summary>What silence reads.</summary>
    public const float FloorDbfs = -120;

    /// <summary>Level of the root mean square.</summary>
    /// <param name="samples">Samples in [-1, 1).</param>
    /// <returns>dBFS, at least <see cref="FloorDbfs"/>, which no samples at all read too.</returns>
    public static float RmsDbfs(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) return FloorDbfs;
        int i = 0;
        var squares = Vector<float>.Zero;
        for (; i + Vector<float>.Count <= samples.Length; i += Vector<float>.Count)
        {
            var run = new Vector<float>(samples[i..]);
            squares += run * run;
        }
        float sum = Vector.Sum(squares);
        for (; i < samples.Length; i++) sum += samples[i] * samples[i];
        return MathF.Max(FloorDbfs, 10 * MathF.Log10(sum / samples.Length));
    }

    /// <summary>Level of the greatest magnitude.</summary>
    /// <param name="samples">Samples in [-1, 1).</param>
    /// <returns>dBFS, at least <see cref="FloorDbfs"/>.</returns>
    public static float PeakDbfs(ReadOnlySpan<float> samples)
    {
        float peak = 0;
        foreach (float sample in samples) peak = MathF.Max(peak, MathF.Abs(sample));
        return MathF.Max(FloorDbfs, 20 * MathF.Log10(peak));
    }
}
