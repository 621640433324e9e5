namespace AVServer.Lab.Data;

/// <summary>What Praat's "Change gender" makes of a voice.</summary>
/// <param name="Formants">Factor on the formants: below 1 a longer throat.</param>
/// <param name="PitchHz">New median of the pitch; 0 keeps it.</param>
/// <param name="PitchRange">Factor on its excursions.</param>
/// <param name="Duration">Factor on the length.</param>
public sealed record VoiceShape(double Formants, double PitchHz, double PitchRange, double Duration)
{
    /// <summary>The voice as it is.</summary>
    public static readonly VoiceShape Unchanged = new(1, 0, 1, 1);

    /// <summary>Another person: from a deep man to a child, from monotone to sing-song, from hasty to slow.</summary>
    public static VoiceShape Draw(Random random) => new(
        0.8 + (0.5 * random.NextDouble()), 80 + (220 * random.NextDouble()), 0.3 + (1.9 * random.NextDouble()),
        0.7 + (0.7 * random.NextDouble()));
}
