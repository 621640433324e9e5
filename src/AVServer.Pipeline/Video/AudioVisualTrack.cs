using AVServer.Contracts;
using AVServer.Media;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// Brings the sound and the pictures of one stream together on the media clock, step by step, and has the audio-visual models judge.
/// </summary>
/// <remarks>
/// <code>
///   steps of sound ──┐                       ┌─ slots up to two beyond the step → VideoTrack
///                    ├─ oldest step, once ───┤
///   pictures ────────┘  its slots are known  └─ every stride, while there is a voice or lips move → AudioVisualListener → DetectionMerger
/// </code>
/// One stream's own; one caller at a time. Everything depends on media time only, so that neither chunking nor the order in which sound and
/// pictures arrive changes anything, as long as neither runs ahead of the other by more than <see cref="AudioVideoSync.Longest"/>: then the
/// one goes on without the other.
/// </remarks>
internal sealed class AudioVisualTrack : IAsyncDisposable
{
    // A longer hole is jumped over: it has nothing to be seen slot by slot.
    private static readonly TimeSpan LongestHole = TimeSpan.FromSeconds(10);

    // The word's last sound may be too faint to hold the gate open.
    private const int StepsAfterVoice = 6;
    private const int SlotsAfterLips = StepsAfterVoice * VideoGrid.SlotsPerStep;

    private readonly IReadOnlyList<AudioVisualListener> _listeners;
    private readonly LipListener? _lips;
    private readonly VideoTrack _video;
    private readonly DetectionMerger _merger;
    private readonly AudioVideoSync _sync;
    private readonly Queue<FeatureStep> _steps = new();
    private readonly PictureGrid _pictures = new();
    private readonly SpeakerSkew _skew = new();
    private ToldWords _told = new();
    private int _track = -1;
    private long _lastVoice = long.MinValue / 2;
    private long? _nextSlot;

    /// <param name="models">Shared.</param>
    /// <param name="listeners">This stream's own; disposed with it.</param>
    /// <param name="lips">Asks lips about typed words, this stream's own, disposed with it; null where they are only heard.</param>
    /// <param name="merger">This stream's own.</param>
    /// <param name="sync">This stream's own.</param>
    public AudioVisualTrack(
        FaceModels models, IReadOnlyList<AudioVisualListener> listeners, LipListener? lips, DetectionMerger merger, AudioVideoSync sync)
    {
        (_listeners, _lips, _merger, _sync) = (listeners, lips, merger, sync);
        IEnumerable<IFaceWatcher> watchers = listeners.Select(listener => listener.Lips);
        _video = new VideoTrack(models, [.. lips is null ? watchers : watchers.Append(lips.Mouths)]);
    }

    private bool HasPictures => _nextSlot is not null;

    /// <summary>Takes a step of sound; <see cref="AdvanceAsync"/> works on it.</summary>
    public void AcceptStep(in FeatureStep step)
    {
        _steps.Enqueue(step);
        _sync.AcceptSound(step.End);
    }

    /// <summary>Takes a picture over; <see cref="AdvanceAsync"/> works on it.</summary>
    public void AcceptPicture(VideoFrame picture)
    {
        _nextSlot ??= VideoGrid.Nearest(picture.Time);
        _sync.AcceptPicture(picture.Time);
        _pictures.Add(picture);
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
            var last = LastSlotFor(end + Math.Max(0, _skew.Slots));
            if (!atEnd && !_pictures.Knows(last) && _sync.WaitsForPictures(step.End)) return;
            _steps.Dequeue();
            // After the last picture of all the face isn't gone: there is nothing more to see.
            var visible = atEnd && _pictures.Newest is { } newest ? Math.Min(last, VideoGrid.Nearest(newest)) : last;
            await JudgeAsync(step, end, visible, events, cancellationToken);
        }
        while (_nextSlot is { } slot && IsComplete(slot, atEnd))
        {
            if (_pictures.Next is { } next && next - VideoGrid.TimeOf(slot) > LongestHole)
            {
                _nextSlot = VideoGrid.Nearest(next);
                continue;
            }
            await AnalyseUpToAsync(slot, _sync.IsWithoutSound ? Voice.Unknown : Voice.Silence, events, cancellationToken);
            if (_sync.IsWithoutSound) await JudgeWithoutSoundAsync(slot, events, cancellationToken);
        }
        if (!atEnd) return;
        _video.Complete(events);
        _merger.Complete(events);
    }

    public async ValueTask DisposeAsync()
    {
        await _video.DisposeAsync();
        foreach (var listener in _listeners) listener.Dispose();
        _lips?.Dispose();
    }

    private static long LastSlotFor(long end) => end + AudioVisualFiles.LipDelayFrames - 1;

    /// <summary>Whether a slot's picture is known and its sound, which would have gone first, isn't waited for.</summary>
    private bool IsComplete(long slot, bool atEnd) =>
        _pictures.Newest is { } newest && newest >= VideoGrid.TimeOf(slot)
            && (atEnd || !_sync.WaitsForSound(VideoGrid.TimeOf(slot), newest));

    private async ValueTask JudgeAsync(
        FeatureStep step, long end, long visible, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (step.Track != _track) Begin(step.Track);
        if (step.HasVoice) _lastVoice = step.Index;
        await AnalyseUpToAsync(visible, step.HasVoice ? Voice.Heard : Voice.Silence, events, cancellationToken);
        var seen = end + _skew.Slots;
        foreach (var word in step.Words) Tell(word, step, seen, events);
        if (step.Features.Length == 0) return;
        foreach (var listener in _listeners)
        {
            listener.AcceptFeatures(step.Features);
            if (IsDue(listener, step, seen) && await listener.JudgeAsync(WindowOf(step, seen), cancellationToken) is { } word)
                _merger.AddAudioVisual(word, events);
        }
        _merger.Advance(step.End, step.HeardAt, events);
        _skew.Compare(step, end, _video);
        _video.Delay = _skew.Delay;
        _sync.MarkJudged(step.End);
    }

    private void Tell(in HeardWord heard, in FeatureStep step, long seen, List<StreamEvent> events)
    {
        var word = heard.Candidate is { } candidate ? _lips!.Decide(candidate, step.Origin, _skew.Slots, _video)
            : heard.Detection!.ToEvent(step.Origin);
        if (word is null || !_told.IsNew(word)) return;
        if (step.SoundEnd is { } end) word = EndOfSound.Cut(word, end);
        _merger.AddHeard(word, step.End, _video.ReadableFace(seen) is not null, events);
    }

    private void Begin(int track)
    {
        (_track, _lastVoice, _told) = (track, long.MinValue / 2, new ToldWords());
        _lips?.Restart();
        foreach (var listener in _listeners) listener.Restart();
    }

    private async ValueTask AnalyseUpToAsync(long last, Voice voice, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        for (; _nextSlot is { } slot && slot <= last; _nextSlot = slot + 1)
            await _video.AcceptSlotAsync(slot, _pictures.At(slot), voice, events, cancellationToken);
    }

    private bool IsDue(AudioVisualListener listener, in FeatureStep step, long end) =>
        (HasPictures || listener.Keyword.WithoutVideo)
        && (step.Index + 1) % listener.Keyword.StrideSteps == 0
        && (step.Index - _lastVoice <= StepsAfterVoice || _video.LipsMoved(end - SlotsAfterLips, end));

    private ScoringWindow WindowOf(in FeatureStep step, long end)
    {
        var face = _video.ReadableFace(end);
        var seenAt = VideoGrid.TimeOf(LastSlotFor(end));
        return new ScoringWindow(
            step.Index, step.End, end, face is not null && seenAt > step.HeardAt ? seenAt : step.HeardAt, HasSound: true, face);
    }

    private async ValueTask JudgeWithoutSoundAsync(long slot, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var end = slot - AudioVisualFiles.LipDelayFrames + 1;
        if (end % VideoGrid.SlotsPerStep != 0) return;
        var step = (end / VideoGrid.SlotsPerStep) - 1;
        foreach (var listener in _listeners)
        {
            if ((step + 1) % listener.Keyword.StrideSteps != 0 || _video.ReadableFace(end) is not { } face) continue;
            var window = new ScoringWindow(step, VideoGrid.TimeOf(end), end, VideoGrid.TimeOf(slot), HasSound: false, face);
            if (await listener.JudgeAsync(window, cancellationToken) is { } word) _merger.AddAudioVisual(word, events);
        }
    }
}
