namespace AVServer.Lab.Augmentation;

/// <summary>Adds noise at a stated signal-to-noise ratio.</summary>
public static class NoiseMixer
{
    /// <summary>Adds noise to a signal in place.</summary>
    /// <param name="signal">Speech; its level is that of its louder parts (<see cref="Waveform.ActiveRms"/>), or <paramref name="signalRms"/>
    /// where given.</param>
    /// <param name="noise">Noise, repeated where it is shorter.</param>
    /// <param name="noiseStart">Sample of the noise to begin at.</param>
    /// <param name="snrDb">10·log10 of the ratio of the powers.</param>
    /// <param name="signalRms">Level that counts as the signal's.</param>
    public static void Mix(Span<float> signal, ReadOnlySpan<float> noise, int noiseStart, double snrDb, float? signalRms = null)
    {
        if (noise.IsEmpty) return;
        var cut = new float[signal.Length];
        for (var i = 0; i < cut.Length; i++) cut[i] = noise[(noiseStart + i) % noise.Length];
        var noiseRms = Waveform.Rms(cut);
        if (noiseRms <= 0) return;
        var gain = (signalRms ?? Waveform.ActiveRms(signal)) / noiseRms * Math.Pow(10, -snrDb / 20);
        Waveform.Add(signal, cut, 0, (float)gain);
    }
}
