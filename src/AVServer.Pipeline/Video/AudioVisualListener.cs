using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// One stream's ear and eye for one audio-visual model: keeps the window's sound and lips, judges it when asked, and decides.
/// </summary>
/// <remarks>
/// One stream's own; one caller at a time. With a readable face sound and lips decide together, without one the sound, and without any
/// sound the lips; what the other ways of looking say is asked where it is told. Before the first frame of a track the first frame stands,
/// in training as in serving.
/// </remarks>
internal sealed class AudioVisualListener : IDisposable
{
    private static readonly Presence[] SoundAndLips = [new(true, true), new(true, false), new(false, true)];
    private static readonly Presence[] SoundAlone = [new(true, false)];
    private static readonly Presence[] LipsAlone = [new(false, true)];

    private readonly AudioVisualKeyword _keyword;
    private readonly IStepObserver? _observer;
    private readonly int _mels;
    private readonly float[] _sound;
    private readonly float[] _lips;
    private readonly float[] _posteriors = new float[SoundAndLips.Length];
    private WindowTrigger _trigger;
    private bool _begun;

    /// <param name="keyword">The shared model and thresholds.</param>
    /// <param name="observer">Sees every score; null where nobody looks.</param>
    public AudioVisualListener(AudioVisualKeyword keyword, IStepObserver? observer)
    {
        (_keyword, _observer) = (keyword, observer);
        _mels = keyword.Features.Mels;
        _sound = new float[keyword.Model.FbankLength];
        _lips = new float[keyword.Model.LipsLength];
        Lips = new LipTracks(keyword.Model.Lips, keyword.Model.Spec);
        _trigger = NewTrigger();
    }

    /// <summary>The model and thresholds.</summary>
    public AudioVisualKeyword Keyword => _keyword;

    /// <summary>The lips that it reads.</summary>
    public LipTracks Lips { get; }

    /// <summary>Highest score so far of the modality that decided.</summary>
    public float MaxScore { get; private set; }

    /// <summary>Begins a new track of sound.</summary>
    public void Restart()
    {
        _begun = false;
        _trigger = NewTrigger();
    }

    /// <summary>Takes a step of sound.</summary>
    /// <param name="features">Its fbank frames, [frames, mels].</param>
    public void AcceptFeatures(ReadOnlySpan<float> features)
    {
        if (!_begun)
        {
            for (var at = 0; at < _sound.Length; at += _mels) features[.._mels].CopyTo(_sound.AsSpan(at));
            _begun = true;
        }
        _sound.AsSpan(features.Length).CopyTo(_sound);
        features.CopyTo(_sound.AsSpan(_sound.Length - features.Length));
    }

    /// <summary>Judges the window that ends with a step.</summary>
    /// <param name="window">Where it ends, and what of it there is.</param>
    /// <param name="cancellationToken">Ends the wait for the lip encoder.</param>
    /// <returns>A detection; null where there is none.</returns>
    public async ValueTask<WakeWordEvent?> JudgeAsync(ScoringWindow window, CancellationToken cancellationToken)
    {
        var ways =
            (window.HasSound, window.Face) switch
            {
                (true, not null) => SoundAndLips,
                (true, null) => SoundAlone,
                (false, not null) => LipsAlone,
                _ => null
            };
        if (ways is null) return null;
        if (window.Face is { } face) await Lips.ReadAsync(face, window.EndSlot, _lips, cancellationToken);
        var asked = _observer is null ? 1 : ways.Length;
        _keyword.Model.Judge(_sound, _lips, ways.AsSpan(0, asked), _posteriors.AsSpan(0, asked));

        var modality = window.Face is null ? Modality.Audio : window.HasSound ? Modality.AudioVisual : Modality.Visual;
        var score = _posteriors[0];
        MaxScore = Math.Max(MaxScore, score);
        _observer?.OnWindowJudged(_keyword, window.Step, Scores(ways));
        if (!_keyword.Thresholds.TryGetValue(modality, out var threshold) || !_trigger.Next(window.Step, score - threshold, (int)modality))
            return null;
        if (asked < ways.Length) _keyword.Model.Judge(_sound, _lips, ways.AsSpan(asked), _posteriors.AsSpan(asked, ways.Length - asked));
        var end = window.End;
        var start = end - TimeSpan.FromSeconds(_keyword.Model.Spec.WordSeconds);
        return new WakeWordEvent(
            _keyword.Keyword, score, start < TimeSpan.Zero ? TimeSpan.Zero : start, end, modality, Scores(ways), _keyword.Reference,
            window.HeardAt);
    }

    public void Dispose() => Lips.Dispose();

    private Dictionary<string, float> Scores(Presence[] ways) =>
        ways.Zip(_posteriors).ToDictionary(pair => NameOf(pair.First), pair => pair.Second);

    private static string NameOf(Presence presence) =>
        presence switch { (true, true) => AudioVisualSpec.Both, (true, _) => AudioVisualSpec.Audio, _ => AudioVisualSpec.Visual };

    private WindowTrigger NewTrigger() => new(_keyword.RefractorySteps, _keyword.Model.Spec.VideoFrames / VideoGrid.SlotsPerStep);
}

/// <summary>A window to be judged.</summary>
/// <param name="Step">Number of its last step.</param>
/// <param name="End">Media time of its end.</param>
/// <param name="EndSlot">Slot after its last, corrected by the skew.</param>
/// <param name="HeardAt">Media time that must have been received before it can be judged.</param>
/// <param name="HasSound">Whether the stream has sound.</param>
/// <param name="Face">The face whose lips can be read; null where there is none.</param>
internal readonly record struct ScoringWindow(long Step, TimeSpan End, long EndSlot, TimeSpan HeardAt, bool HasSound, int? Face);
