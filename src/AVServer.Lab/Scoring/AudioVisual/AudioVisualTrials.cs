using AVServer.Lab.Augmentation;
using AVServer.Lab.Training;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>A window that is judged.</summary>
/// <param name="Window">The window, as recorded.</param>
/// <param name="Recording">Index of its recording.</param>
/// <param name="IsFinal">Whether it ends with the sentence's last word; else with one before it.</param>
public sealed record AudioVisualTrial(AudioVisualWindow Window, int Recording, bool IsFinal);

/// <summary>
/// The windows of a set that an evaluation judges: of each recording its last word and an earlier one, several times with other distances
/// to the window's end.
/// </summary>
public sealed class AudioVisualTrials
{
    /// <summary>Conditions of the sound, by name; absent SNR: as recorded.</summary>
    public static readonly IReadOnlyList<(string Name, double? SnrDb)> Conditions =
        [("clean", null), ("15 dB", 15), ("10 dB", 10), ("5 dB", 5), ("0 dB", 0), ("−5 dB", -5), ("−10 dB", -10), ("−15 dB", -15)];

    /// <param name="set">Recordings.</param>
    /// <param name="draws">Windows of each recording and kind; every one gets its own noise.</param>
    /// <param name="seed">Seed of the distances.</param>
    public AudioVisualTrials(AudioVisualSet set, int draws, int seed)
    {
        (Set, Draws) = (set, draws);
        var random = new Random(seed);
        All = [.. set.Clips.SelectMany((clip, recording) => Enumerable.Range(0, draws).SelectMany(_ => new[]
        {
            new AudioVisualTrial(WindowPlan.RecordedWindow(clip, WindowPlan.DrawLag(random)), recording, true),
            new AudioVisualTrial(WindowPlan.EarlierWindow(clip, WindowPlan.DrawLag(random), random), recording, false),
        }))];
    }

    /// <summary>The recordings.</summary>
    public AudioVisualSet Set { get; }

    /// <summary>Windows of each recording and kind.</summary>
    public int Draws { get; }

    /// <summary>All windows.</summary>
    public IReadOnlyList<AudioVisualTrial> All { get; }
}
