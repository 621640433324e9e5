using AVServer.Contracts;
using AVServer.Media;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Brings the sound and the pictures of one stream together on the media clock, step by step, and has the audio-visual models judge.</summary>
/// <remarks>
/// <code>
///   steps of sound ──┐                       ┌─ slots up to two beyond the step → VideoTrack
///                    ├─ oldest step, once ───┤
///   pictures ────────┘  its slots are known  └─ every stride, while there is a voice or lips move → AudioVisualListener
/// </code>
/// One stream's own; one caller at a time. Everything depends on media time only, so that neither chunking nor the order in which sound and pictures
/// arrive changes anything, as long as neither runs ahead of the other by more than <see cref="Patience"/>: then the one goes on without the other.
/// </remarks>
internal sealed class AudioVisualTrack : IDisposable
{
    /// <summary>How far sound or pictures may run ahead of each other.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    // Pictures that come at most so far behind the sound are waited for again.
    private static readonly TimeSpan InTime = TimeSpan.FromMilliseconds(500);

    // A longer hole is jumped over: it has nothing to be seen slot by slot.
    private static readonly TimeSpan LongestHole = TimeSpan.FromSeconds(10);

    // The word's last sound may be too faint to hold the gate open.
    private const int StepsAfterVoice = 6;
    private const int SlotsAfterLips = StepsAfterVoice * VideoGrid.SlotsPerStep;

    private readonly IReadOnlyList<AudioVisualListener> _listeners;
    private readonly VideoTrack _video;
    private readonly Queue<HeardStep> _steps = new();
    private readonly PictureGrid _pictures = new();
    private readonly SkewEstimator _skew = new();
    private int? _speaker;
    private int _track = -1;
    private long _lastVoice = long.MinValue / 2;
    private long? _nextSlot;
    private TimeSpan _newestSound = TimeSpan.MinValue;
    private TimeSpan _judged = TimeSpan.MinValue;
    private bool _withoutPictures;
    private bool _withoutSound;

    /// <param name="models">Shared.</param>
    /// <param name="listeners">This stream's own; disposed with it.</param>
    /// <param name="mayHaveSound">False where the stream's announcement rules sound out.</param>
    /// <param name="mayHavePictures">False where it rules pictures out.</param>
    public AudioVisualTrack(FaceModels models, IReadOnlyList<AudioVisualListener> listeners, bool mayHaveSound, bool mayHavePictures)
    {
        _listeners = listeners;
        _withoutSound = !mayHaveSound;
        _withoutPictures = !mayHavePictures;
        _video = new VideoTrack(models, [.. listeners.Select(listener => listener.Lips)]);
    }

    private bool HasPictures => _nextSlot is not null;

    /// <summary>Takes a step of sound; <see cref="AdvanceAsync"/> works on it.</summary>
    public void Hear(in HeardStep step)
    {
        _steps.Enqueue(step);
        _newestSound = step.End;
        _withoutSound = false;
    }

    /// <summary>Takes a picture; <see cref="AdvanceAsync"/> works on it.</summary>
    public void See(VideoFrame picture)
    {
        _pictures.Add(picture);
        _nextSlot ??= VideoGrid.Nearest(picture.Time);
        if (_judged == TimeSpan.MinValue || picture.Time >= _judged - InTime) _withoutPictures = false;
    }

    /// <summary>Works on whatever is complete.</summary>
    /// <param name="events">Receives what was noticed.</param>
    /// <param name="cancellationToken">Ends waiting inside.</param>
    /// <param name="atEnd">Whether nothing more comes: nothing is waited for.</param>
    public async ValueTask AdvanceAsync(List<StreamEvent> events, CancellationToken cancellationToken, bool atEnd = false)
    {
        while (_steps.TryPeek(out var step))
        {
            var end = VideoGrid.Nearest(step.End);
            var last = LastSlotFor(end + Math.Max(0, _skew.Skew));
            if (!atEnd && MustWaitForPictures(step, last)) return;
            _steps.Dequeue();
            Begin(step);
            if (step.HasVoice) _lastVoice = step.Index;
            // After the last picture of all the face isn't gone: there is nothing more to see.
            var visible = atEnd && _pictures.Newest is { } newest ? Math.Min(last, VideoGrid.Nearest(newest)) : last;
            await SeeThroughAsync(visible, step.HasVoice ? Voice.Heard : Voice.Silence, events, cancellationToken);
            foreach (var listener in _listeners)
            {
                listener.Hear(step.Features);
                if (IsDue(listener, step, end + _skew.Skew)) await listener.JudgeAsync(WindowOf(step, end + _skew.Skew), events, cancellationToken);
            }
            EstimateSkew(step, end);
            _judged = step.End;
        }
        while (_nextSlot is { } slot && !MustWaitForSound(slot, atEnd))
        {
            if (_pictures.Next is { } next && next - VideoGrid.TimeOf(slot) > LongestHole)
            {
                _nextSlot = VideoGrid.Nearest(next);
                continue;
            }
            await SeeThroughAsync(slot, _withoutSound ? Voice.Unknown : Voice.Silence, events, cancellationToken);
            if (_withoutSound) await JudgeWithoutSoundAsync(slot, events, cancellationToken);
        }
        if (atEnd) _video.Complete(events);
    }

    /// <summary>Level of the sound in a frame: the mean of the bands that voices have.</summary>
    internal static float LevelOf(ReadOnlySpan<float> logMel)
    {
        var voice = logMel[(logMel.Length / 16)..(logMel.Length * 3 / 4)];
        var sum = 0f;
        foreach (var band in voice) sum += band;
        return sum / voice.Length;
    }

    public void Dispose()
    {
        _video.Dispose();
        foreach (var listener in _listeners) listener.Dispose();
    }

    private static long LastSlotFor(long end) => end + AudioVisualFiles.LipDelayFrames - 1;

    private bool MustWaitForPictures(in HeardStep step, long last)
    {
        if (_withoutPictures || _pictures.Knows(last)) return false;
        // Too long: until pictures come in time again, the sound goes on alone.
        if (_newestSound - step.End >= Patience) _withoutPictures = true;
        return !_withoutPictures;
    }

    private bool MustWaitForSound(long slot, bool atEnd)
    {
        if (_pictures.Newest is not { } newest || newest < VideoGrid.TimeOf(slot)) return true;
        if (_withoutSound || atEnd) return false;
        var tooLong = newest - VideoGrid.TimeOf(slot) >= Patience;
        // Sound that only pauses comes back as steps; a stream that never had any is one without sound.
        if (tooLong && _newestSound == TimeSpan.MinValue) _withoutSound = true;
        return !tooLong;
    }

    private void Begin(in HeardStep step)
    {
        if (step.Track == _track) return;
        (_track, _lastVoice) = (step.Track, long.MinValue / 2);
        foreach (var listener in _listeners) listener.Restart();
    }

    /// <summary>Compares the slots of a step with its sound.</summary>
    private void EstimateSkew(in HeardStep step, long end)
    {
        if (_video.SpeakerId != _speaker)
        {
            _speaker = _video.SpeakerId;
            _skew.Restart();
        }
        if (_video.Speaker is not { } face) return;
        var half = step.Features.Length / VideoGrid.SlotsPerStep;
        for (var i = 0; i < VideoGrid.SlotsPerStep; i++)
        {
            if (!face.TryGet(end - VideoGrid.SlotsPerStep + i, out var moment))
            {
                _skew.Restart();
                return;
            }
            var level = 0f;
            var mels = half / (AudioClock.StepFrames / VideoGrid.SlotsPerStep);
            for (var at = 0; at < half; at += mels) level += LevelOf(step.Features.AsSpan((i * half) + at, mels)) * mels / half;
            _skew.Next(level, moment.Opening, step.HasVoice);
        }
    }

    private async ValueTask SeeThroughAsync(long last, Voice voice, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        for (; _nextSlot is { } slot && slot <= last; _nextSlot = slot + 1)
            await _video.SeeAsync(slot, _pictures.At(slot), voice, events, cancellationToken);
    }

    private bool IsDue(AudioVisualListener listener, in HeardStep step, long end) =>
        (HasPictures || listener.Keyword.WithoutVideo)
        && (step.Index + 1) % listener.Keyword.StrideSteps == 0
        && (step.Index - _lastVoice <= StepsAfterVoice || _video.LipsMoved(end - SlotsAfterLips, end));

    private AudioVisualWindow WindowOf(in HeardStep step, long end)
    {
        var face = _video.ReadableFace(end);
        var seenAt = VideoGrid.TimeOf(LastSlotFor(end));
        return new AudioVisualWindow(step.Index, step.End, end, face is not null && seenAt > step.HeardAt ? seenAt : step.HeardAt, HasSound: true, face);
    }

    private async ValueTask JudgeWithoutSoundAsync(long slot, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var end = slot - AudioVisualFiles.LipDelayFrames + 1;
        if (end % VideoGrid.SlotsPerStep != 0) return;
        var step = (end / VideoGrid.SlotsPerStep) - 1;
        foreach (var listener in _listeners)
        {
            if ((step + 1) % listener.Keyword.StrideSteps != 0 || _video.ReadableFace(end) is not { } face) continue;
            await listener.JudgeAsync(new AudioVisualWindow(step, VideoGrid.TimeOf(end), end, VideoGrid.TimeOf(slot), HasSound: false, face), events, cancellationToken);
        }
    }
}

/// <summary>A step of sound on its way to the audio-visual models.</summary>
/// <param name="Track">Number of the stretch of sound that it belongs to; another one begins after a hole.</param>
/// <param name="Index">Number of the step within it.</param>
/// <param name="End">Media time of its end.</param>
/// <param name="HeardAt">Media time that had to be received for it.</param>
/// <param name="HasVoice">Whether the gate was open.</param>
/// <param name="Features">Its fbank frames, [frames, mels]; the receiver's own.</param>
internal readonly record struct HeardStep(int Track, long Index, TimeSpan End, TimeSpan HeardAt, bool HasVoice, float[] Features);
