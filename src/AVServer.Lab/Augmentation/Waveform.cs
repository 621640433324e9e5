namespace AVServer.Lab.Augmentation;

/// <summary>Arithmetic on stretches of samples that all augmentations share.</summary>
public static class Waveform
{
    /// <summary>Root mean square; 0 for nothing.</summary>
    public static float Rms(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += sample * sample;
        return samples.IsEmpty ? 0 : (float)Math.Sqrt(sum / samples.Length);
    }

    /// <summary>
    /// Root mean square of the louder parts: of the 20 ms frames within 25 dB of the loudest. Silence around a word doesn't count.
    /// </summary>
    public static float ActiveRms(ReadOnlySpan<float> samples)
    {
        const int frame = 320;
        var count = samples.Length / frame;
        if (count == 0) return Rms(samples);
        Span<float> power = count <= 512 ? stackalloc float[count] : new float[count];
        var loudest = 0f;
        for (var i = 0; i < count; i++)
        {
            var rms = Rms(samples.Slice(i * frame, frame));
            power[i] = rms * rms;
            loudest = Math.Max(loudest, power[i]);
        }
        var (sum, used) = (0.0, 0);
        foreach (var value in power)
        {
            if (value < loudest * 0.00316f) continue;
            sum += value;
            used++;
        }
        return (float)Math.Sqrt(sum / used);
    }

    /// <summary>Adds a source, scaled, where it overlaps the target.</summary>
    /// <param name="target">Receives the sum.</param>
    /// <param name="source">What is added.</param>
    /// <param name="gain">Factor on the source.</param>
    /// <param name="offset">Sample of the target at which the source begins; may be negative.</param>
    public static void Add(Span<float> target, ReadOnlySpan<float> source, int offset, float gain)
    {
        var first = Math.Max(0, -offset);
        var last = Math.Min(source.Length, target.Length - offset);
        for (var i = first; i < last; i++) target[offset + i] += gain * source[i];
    }

    /// <summary>Plays faster or slower, pitch and formants with it, by linear interpolation.</summary>
    /// <param name="samples">Sound; not kept.</param>
    /// <param name="speed">1.1 is 10 % faster and higher.</param>
    public static float[] ChangeSpeed(ReadOnlySpan<float> samples, double speed)
    {
        var result = new float[(int)(samples.Length / speed)];
        for (var i = 0; i < result.Length; i++)
        {
            var at = i * speed;
            var left = (int)at;
            var share = (float)(at - left);
            var right = Math.Min(left + 1, samples.Length - 1);
            result[i] = samples[left] + (share * (samples[right] - samples[left]));
        }
        return result;
    }
}
