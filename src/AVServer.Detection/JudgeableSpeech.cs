namespace AVServer.Detection;

/// <summary>Whether an utterance is speech enough for an emotion to be told from it. Pure.</summary>
public static class JudgeableSpeech
{
    /// <summary>What is shorter says too little.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.2);

    /// <summary>
    /// Mean voice activity between an utterance's first and last voice below which it may be anything: a clatter, music, a crowd.
    /// </summary>
    public const double LeastVoice = 0.9;

    /// <summary>Level in dB of full scale below which a voice drowns in a microphone's own noise.</summary>
    public const double LeastLevelDb = -60;

    /// <summary>Share of samples at full scale above which the limit, not the voice, makes the sound.</summary>
    public const double MostClipped = 0.01;

    // Lossy codecs make the flat tops of clipped waves waver by some hundredths.
    private const float FullScale = 0.97f;

    // What goes so far beyond full scale was never limited to it: float samples may.
    private const float Unlimited = 2;

    /// <summary>What speaks against naming an emotion; null where nothing does.</summary>
    /// <param name="samples">The utterance so far, in [-1, 1).</param>
    /// <param name="length">Its length.</param>
    /// <param name="voice">Mean voice activity, 0 to 1.</param>
    public static SpeechDefect? DefectOf(ReadOnlySpan<float> samples, TimeSpan length, double voice)
    {
        if (length < Shortest) return SpeechDefect.TooShort;
        if (!(LevelDb(samples) >= LeastLevelDb)) return SpeechDefect.TooQuiet;
        if (ClippedShare(samples) > MostClipped) return SpeechDefect.Clipped;
        return voice >= LeastVoice ? null : SpeechDefect.NotSpeech;
    }

    /// <summary>RMS level in dB of full scale; negative infinity of silence.</summary>
    /// <param name="samples">In [-1, 1).</param>
    public static double LevelDb(ReadOnlySpan<float> samples)
    {
        var energy = 0.0;
        foreach (var sample in samples) energy += (double)sample * sample;
        return 10 * Math.Log10(energy / Math.Max(1, samples.Length));
    }

    /// <summary>Share of samples at full scale, 0 to 1; 0 where the sound was not limited to it.</summary>
    /// <param name="samples">Full scale is [-1, 1).</param>
    public static double ClippedShare(ReadOnlySpan<float> samples)
    {
        var clipped = 0;
        foreach (var sample in samples)
        {
            if (Math.Abs(sample) >= Unlimited) return 0;
            if (Math.Abs(sample) >= FullScale) clipped++;
        }
        return clipped / (double)Math.Max(1, samples.Length);
    }
}

/// <summary>What speaks against naming an emotion.</summary>
public enum SpeechDefect
{
    /// <summary>Shorter than <see cref="JudgeableSpeech.Shortest"/>.</summary>
    TooShort,

    /// <summary>Fainter than <see cref="JudgeableSpeech.LeastLevelDb"/>.</summary>
    TooQuiet,

    /// <summary>More than <see cref="JudgeableSpeech.MostClipped"/> of it is at full scale.</summary>
    Clipped,

    /// <summary>Less of a voice than <see cref="JudgeableSpeech.LeastVoice"/>.</summary>
    NotSpeech,
}
