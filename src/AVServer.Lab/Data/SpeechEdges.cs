namespace AVServer.Lab.Data;

/// <summary>Where the sound of an isolated recording begins and ends, by energy.</summary>
public static class SpeechEdges
{
    private const int Hop = 160;

    /// <summary>Finds the edges.</summary>
    /// <param name="samples">One recording, 16 kHz.</param>
    /// <param name="dropDb">How far below the loudest 10 ms a frame may lie and still be speech.</param>
    /// <returns>First and last sample of the sound; all of it where it is too short to tell.</returns>
    public static (int Start, int End) Find(ReadOnlySpan<float> samples, double dropDb = 30)
    {
        var frames = samples.Length / Hop;
        if (frames < 3) return (0, samples.Length);
        var energy = new double[frames];
        for (var i = 0; i < frames; i++)
            foreach (var sample in samples.Slice(i * Hop, Hop)) energy[i] += sample * sample;
        var floor = energy.Max() * Math.Pow(10, -dropDb / 10);
        var (first, last) = (Array.FindIndex(energy, e => e >= floor), Array.FindLastIndex(energy, e => e >= floor));
        return (first * Hop, Math.Min(samples.Length, (last + 1) * Hop));
    }
}
