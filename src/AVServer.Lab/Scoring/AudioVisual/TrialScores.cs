using AVServer.Lab.Augmentation;
using AVServer.Lab.Training;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>All trials of a set scored by all systems in all conditions.</summary>
public sealed class TrialScores
{
    private const int Seed = 4_711;
    private readonly AudioVisualScorer _scorer;
    private readonly WindowFbank _fbank;
    private readonly Dictionary<(int Recording, int Draw), float[]> _features = [];
    private readonly LipRenderer _renderer;

    /// <param name="trials">What is judged.</param>
    /// <param name="scorer">Judges.</param>
    /// <param name="sound">Makes the sound, with the split's own noise.</param>
    /// <param name="renderer">Makes the pictures.</param>
    public TrialScores(AudioVisualTrials trials, AudioVisualScorer scorer, WindowSound sound, LipRenderer renderer)
    {
        (Trials, _scorer, _renderer) = (trials, scorer, renderer);
        _fbank = new WindowFbank(new SoundRecipe(), trials.Set, sound);
    }

    /// <summary>What is judged.</summary>
    public AudioVisualTrials Trials { get; }

    /// <summary>Scores all trials in a condition.</summary>
    /// <param name="snrDb">Absent: as recorded.</param>
    public ModalityScores[] In(double? snrDb)
    {
        var lips = Trials.All.SelectMany((trial, i) => Lips(trial.Seen ?? trial.Window, Draw(i), 0)).ToArray();
        return _scorer.Score(Sound(Trials.All, snrDb), lips);
    }

    /// <summary>Scores the last words in a condition with lips that don't belong to them, by the audio-visual model.</summary>
    /// <param name="snrDb">Absent: as recorded.</param>
    /// <param name="shift">Pictures by which the lips are late; 0: they are those of another talker who says another word.</param>
    public (bool IsKeyword, float Posterior)[] Mismatched(double? snrDb, int shift)
    {
        var finals = Trials.All.Where(trial => trial.IsFinal).ToArray();
        var random = new Random(Seed);
        var lips = finals.SelectMany((trial, i) => shift != 0 ? Lips(trial.Window, Draw(2 * i), shift) : Lips(Another(trial, random), 0, 0)).ToArray();
        return [.. finals.Select(trial => trial.Window.IsKeyword).Zip(_scorer.Posteriors(Sound(finals, snrDb), lips, finals.Length, 1, 1))];
    }

    private int Draw(int trial) => trial / 2 % Trials.Draws;

    // Seeded by the place in the list: the same noise in every condition, only its level changes.
    private float[] Sound(IReadOnlyList<AudioVisualTrial> trials, double? snrDb)
    {
        using var fbank = _fbank.At([.. trials.Select(trial => (trial.Window, trial.Tract))], snrDb, Seed);
        return fbank.contiguous().data<float>().ToArray();
    }

    private AudioVisualWindow Another(AudioVisualTrial trial, Random random)
    {
        var others = Trials.Set.Clips.Where(clip => clip.Words[^1].Text != trial.Window.Clip.Words[^1].Text && (clip.Talker != trial.Window.Clip.Talker) && (clip.Keyword is null == trial.Window.IsKeyword)).ToArray();
        return WindowPlan.AsRecorded(others[random.Next(others.Length)], trial.Window.Lag);
    }

    /// <summary>Features of a window, [64, V].</summary>
    private float[] Lips(AudioVisualWindow window, int draw, int shift)
    {
        var recording = Trials.Set.Clips.ToList().IndexOf(window.Clip);
        var stretch = LipStretch.WholeOf(window.Clip);
        if (!_features.TryGetValue((recording, draw), out var features))
        {
            using var pictures = LipStretch.Render(Trials.Set, [stretch], _renderer, unchecked(Seed + (recording * 31) + draw));
            _features[(recording, draw)] = features = _scorer.Encode(pictures.contiguous().data<float>().ToArray());
        }
        var dim = _scorer.Features;
        var lips = new float[AudioVisualWindow.Pictures * dim];
        for (var i = 0; i < AudioVisualWindow.Pictures; i++)
            features.AsSpan(stretch.IndexOf(window.Picture(i - shift, 1, 1).Seconds) * dim, dim).CopyTo(lips.AsSpan(i * dim));
        return lips;
    }
}
