namespace AVServer.Detection;

/// <summary>Whether an utterance is speech enough for an emotion to be told from it. Pure.</summary>
public static class JudgeableSpeech
{
    /// <summary>What is shorter says too little.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.2);

    /// <summary>Mean voice activity between an utterance's first and last voice below which it may be anything: a clatter, music, a crowd.</summary>
    public const double LeastVoice = 0.9;

    /// <summary>Level in dB of full scale below which a voice drowns in a microphone's own noise.</summary>
    public const double LeastLevelDb = -60;

    /// <summary>Judges what an utterance is made of.</summary>
    /// <param name="length">Its length so far.</param>
    /// <param name="voice">Mean voice activity, 0 to 1.</param>
    /// <param name="levelDb">RMS level in dB of full scale.</param>
    public static bool Is(TimeSpan length, double voice, double levelDb) => length >= Shortest && voice >= LeastVoice && levelDb >= LeastLevelDb;

    /// <summary>RMS level in dB of full scale; negative infinity of silence.</summary>
    /// <param name="samples">In [-1, 1).</param>
    public static double LevelDb(ReadOnlySpan<float> samples)
    {
        var energy = 0.0;
        foreach (var sample in samples) energy += (double)sample * sample;
        return 10 * Math.Log10(energy / Math.Max(1, samples.Length));
    }
}
