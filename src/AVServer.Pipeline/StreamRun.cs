using System.Collections.Frozen;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>One pass over one stream's decoded media: whatever it came from, this is the way to its events.</summary>
internal sealed class StreamRun : IAsyncDisposable
{
    private readonly FbankComputer _fbank;
    private readonly bool _gated;
    private readonly IReadOnlyList<KeywordListener> _listeners;
    private readonly IReadOnlyList<AudioVisualListener> _audioVisualListeners;
    private readonly IStepObserver? _observer;
    private readonly AudioVisualRun? _audioVisual;
    private readonly IReadOnlySet<string> _shared = FrozenSet<string>.Empty;
    private readonly SpeechRun? _speech;
    private readonly WordListener? _words;
    private readonly WordDecision _decision = new();
    private readonly TrainedScores _trained = new();
    private AudioTrack? _track;
    private TimeSpan _soundEnd;
    private int _tracks;

    /// <param name="plan">What listens, and how.</param>
    /// <param name="fbank">The listeners' front end.</param>
    /// <param name="observer">Sees every step; null where nobody looks.</param>
    public StreamRun(RunPlan plan, FbankComputer fbank, IStepObserver? observer)
    {
        (_fbank, _gated, _observer) = (fbank, plan.Gated, observer);
        _listeners = [.. plan.Models.Spoken.Select(model => new KeywordListener(model, plan.Paced, observer is not null, _trained))];
        _audioVisualListeners = [.. plan.Models.AudioVisual.Select(model => new AudioVisualListener(model, observer))];
        if (plan.Words is { } words)
            _words = new WordListener(
                words.Model, words.List, words.StreamId, _trained, plan.Paced, plan.Lips is null ? _decision : null, observer);
        if (plan.Speech is { Listens: true } speech)
        {
            var speechTrack = new SpeechTrack(speech, plan.Time, beside: plan.Paced, reportsPartial: observer is Telemetry);
            _speech = new SpeechRun(speechTrack, beside: plan.Paced, plan.Time);
        }
        if (_audioVisualListeners.Count == 0 && plan.Lips is null) return;
        _shared = plan.Models.SharedKeywords;
        var lips = plan.Lips is null ? null : new LipListener(plan.Lips, _decision);
        var track = new AudioVisualTrack(
            plan.Faces, _audioVisualListeners, lips, new DetectionMerger(_shared),
            new AudioVideoSync(plan.MayHaveSound, plan.MayHavePictures));
        _audioVisual = new AudioVisualRun(track, plan.Paced, plan.DropsLatePictures, plan.Time);
    }

    /// <summary>Follows who speaks; null where nothing listens to speech.</summary>
    public SpeechRun? Speech => _speech;

    /// <summary>Media time that was received.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>By keyword, the highest score of the stage that decides.</summary>
    public IReadOnlyDictionary<string, float> MaxScores => _listeners.SelectMany(listener => listener.MaxScores)
        .Concat(_audioVisualListeners.Select(listener => (listener.Keyword.Keyword, Score: listener.MaxScore)))
        .Concat(_words?.Names.Select(name => (Keyword: name, Score: 0f)) ?? [])
        .Concat(_decision.MaxScores)
        .GroupBy(score => score.Keyword)
        .ToDictionary(group => group.Key, group => group.Max(score => score.Score));

    /// <summary>Takes the next piece of media and adds what it brings to light to <paramref name="events"/>.</summary>
    public async ValueTask AcceptAsync(MediaItem item, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        switch (item)
        {
            case AudioBlock block:
                await Track(block).AcceptAsync(block.Samples, events, cancellationToken);
                _soundEnd = block.End;
                Duration = TimeSpan.FromTicks(Math.Max(Duration.Ticks, block.End.Ticks));
                break;
            case VideoFrame frame:
                if (_audioVisual is not null) await _audioVisual.AcceptPictureAsync(frame, events, cancellationToken);
                Duration = TimeSpan.FromTicks(Math.Max(Duration.Ticks, frame.Time.Ticks));
                break;
            case MediaGap gap:
                events.Add(new GapEvent(gap.Kind, gap.Reason, gap.Start, gap.Duration));
                // Sound that jumps is a new track: what was heard before the hole says nothing about what follows it.
                if (gap is { Kind: MediaKind.Audio, Filled: false }) await EndTrackAsync(events, cancellationToken);
                break;
            case MediaWarning warning:
                events.Add(new WarningEvent(warning.Code, warning.Message));
                break;
        }
        if (_speech is not null) CollectSpeech(_speech, events);
    }

    /// <summary>Ends the media: hears and sees out what was still open.</summary>
    public async ValueTask CompleteAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        await EndTrackAsync(events, cancellationToken);
        if (_audioVisual is not null) await _audioVisual.CompleteAsync(events, cancellationToken);
        if (_speech is not null) await _speech.CompleteAsync(events, cancellationToken);
        EndOfSound.Cut(events, Duration);
    }

    public async ValueTask DisposeAsync()
    {
        if (_audioVisual is not null) await _audioVisual.DisposeAsync();
        if (_speech is not null) await _speech.DisposeAsync();
    }

    private static void CollectSpeech(SpeechRun speech, List<StreamEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
            if (events[i] is TelemetryEvent telemetry) events[i] = telemetry with { Speech = speech.Partial };
        speech.Collect(events);
    }

    private AudioTrack Track(AudioBlock block)
    {
        if (_track is not null) return _track;
        foreach (var listener in _listeners) listener.Restart();
        _trained.Clear();
        _words?.Restart();
        return _track = new AudioTrack(
            block.Start, block.SampleRateHz, _fbank, _gated, _listeners, _observer, _audioVisual, _shared, _speech, _words, _tracks++);
    }

    private async ValueTask EndTrackAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_track is null) return;
        await _track.CompleteAsync(_soundEnd, events, cancellationToken);
        _track = null;
        if (_speech is not null) await _speech.EndSoundAsync(events, cancellationToken);
        EndOfSound.Cut(events, _soundEnd);
    }
}
