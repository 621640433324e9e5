using AVServer.Lab.Augmentation;
using AVServer.Lab.Training;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>Makes strangers of a talker that a model knows, so that a threshold that suits them suits people it has never met.</summary>
/// <remarks>
/// Lips that a model was trained on are read without an error, and a threshold chosen on them asks for a sureness that others' lips never give.
/// How well others' will be read is unknown before they come: half of the strangers' lips say nothing at all, being another recording's, whatever
/// is said there. The voices come from longer and shorter vocal tracts.
/// </remarks>
/// <param name="set">Recordings whose lips are shown.</param>
/// <param name="seed">Seed of all chances.</param>
public sealed class Strangers(AudioVisualSet set, int seed)
{
    private const double OtherLipsShare = 0.5;
    private const double TractSpread = 0.2;
    private readonly Random _random = new(seed);

    /// <summary>Draws how much higher the formants are.</summary>
    public double Tract() => 1 + (TractSpread * ((2 * _random.NextDouble()) - 1));

    /// <summary>Draws the window whose lips are shown for one that is heard: as late after the last word of another recording as that is after its word; null: its own.</summary>
    public AudioVisualWindow? Lips(in AudioVisualWindow heard)
    {
        if (_random.NextDouble() >= OtherLipsShare) return null;
        return WindowPlan.AsRecorded(set.Clips[_random.Next(set.Clips.Count)], heard.Lag);
    }
}
