using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Training;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>All trials of a set scored by all systems in all conditions.</summary>
public sealed class TrialScores
{
    private const int Seed = 4_711;
    private readonly AudioVisualScorer _scorer;
    private readonly WindowFbank _fbank;
    private readonly Dictionary<AudioVisualClip, (LipSegment Stretch, float[] Values)> _lips = [];

    /// <param name="trials">What is judged.</param>
    /// <param name="scorer">Judges.</param>
    /// <param name="sound">Makes the sound, with the split's own noise.</param>
    public TrialScores(AudioVisualTrials trials, AudioVisualScorer scorer, WindowSound sound)
    {
        (Trials, _scorer) = (trials, scorer);
        _fbank = new WindowFbank(new SoundRecipe(), trials.Set, sound);
    }

    /// <summary>What is judged.</summary>
    public AudioVisualTrials Trials { get; }

    /// <summary>Scores all trials in a condition.</summary>
    /// <param name="snrDb">Absent: as recorded.</param>
    public ModalityScores[] In(double? snrDb)
    {
        var lips = Trials.All.SelectMany(trial => Lips(trial.Window, 0)).ToArray();
        return _scorer.Score(Sound(Trials.All, snrDb), lips);
    }

    /// <summary>Scores the last words in a condition with lips that may not belong to them, by the audio-visual model.</summary>
    /// <param name="snrDb">Absent: as recorded.</param>
    /// <param name="shift">Pictures by which the lips are late; null: they are those of another talker who says another word.</param>
    public (AudioVisualTrial Trial, float Posterior)[] WithLips(double? snrDb, int? shift)
    {
        var finals = Trials.All.Where(trial => trial.IsFinal).ToArray();
        var random = new Random(Seed);
        var lips = finals.SelectMany(trial => shift is { } late ? Lips(trial.Window, late) : Lips(Another(trial, random), 0)).ToArray();
        return [.. finals.Zip(_scorer.Posteriors(Sound(finals, snrDb), lips, finals.Length, 1, 1))];
    }

    // Seeded by the place in the list: the same noise in every condition, only its level changes.
    private float[] Sound(IReadOnlyList<AudioVisualTrial> trials, double? snrDb)
    {
        using var fbank = _fbank.At([.. trials.Select(trial => trial.Window)], snrDb, Seed);
        return fbank.contiguous().data<float>().ToArray();
    }

    private AudioVisualWindow Another(AudioVisualTrial trial, Random random)
    {
        var others = Trials.Set.Clips.Where(
            clip => clip.Words[^1].Text != trial.Window.Clip.Words[^1].Text && (clip.Talker != trial.Window.Clip.Talker)
                && (clip.Keyword is null == trial.Window.IsKeyword)).ToArray();
        return WindowPlan.RecordedWindow(others[random.Next(others.Length)], trial.Window.Lag);
    }

    /// <summary>Lip features and measures of a window, [64, V + M].</summary>
    private float[] Lips(AudioVisualWindow window, int shift)
    {
        if (!_lips.TryGetValue(window.Clip, out var seen)) _lips[window.Clip] = seen = _scorer.Read(Trials.Set, window.Clip);
        var size = _scorer.LipValues;
        var lips = new float[AudioVisualWindow.Pictures * size];
        for (var i = 0; i < AudioVisualWindow.Pictures; i++)
            seen.Values.AsSpan(seen.Stretch.IndexOf(window.Picture(i - shift, 1, 1).Seconds) * size, size).CopyTo(lips.AsSpan(i * size));
        return lips;
    }
}
