using AVServer.Contracts;
using AVServer.Media;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>One pass over one stream's decoded media: whatever it came from, this is the way to its events.</summary>
internal sealed class StreamRun
{
    private readonly FbankComputer _fbank;
    private readonly bool _gated;
    private readonly IReadOnlyList<KeywordListener> _listeners;
    private readonly IStepObserver? _observer;
    private AudioTrack? _track;

    /// <param name="models">The models that listen.</param>
    /// <param name="fbank">Their front end.</param>
    /// <param name="gated">Whether silence is skipped.</param>
    /// <param name="paced">Whether the media arrives at its own speed.</param>
    /// <param name="observer">Sees every step; null where nobody looks.</param>
    public StreamRun(IReadOnlyList<KeywordModel> models, FbankComputer fbank, bool gated, bool paced, IStepObserver? observer)
    {
        (_fbank, _gated, _observer) = (fbank, gated, observer);
        _listeners = [.. models.Select(model => new KeywordListener(model, paced))];
    }

    /// <summary>Media time that was received.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>By keyword, the highest score of the stage that decides.</summary>
    public IReadOnlyDictionary<string, float> MaxScores =>
        _listeners.SelectMany(listener => listener.MaxScores).GroupBy(score => score.Keyword).ToDictionary(group => group.Key, group => group.Max(score => score.Score));

    /// <summary>Takes the next piece of media and adds what it brings to light to <paramref name="events"/>.</summary>
    public async ValueTask AcceptAsync(MediaItem item, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        switch (item)
        {
            case AudioBlock block:
                await Track(block).AcceptAsync(block.Samples, events, cancellationToken);
                Duration = TimeSpan.FromTicks(Math.Max(Duration.Ticks, block.End.Ticks));
                break;
            case VideoFrame frame:
                Duration = TimeSpan.FromTicks(Math.Max(Duration.Ticks, frame.Time.Ticks));
                break;
            case MediaGap gap:
                events.Add(new GapEvent(gap.Kind, gap.Reason, gap.Start, gap.Duration));
                // Sound that jumps is a new track: what was heard before the hole says nothing about what follows it.
                if (gap is { Kind: MediaKind.Audio, Filled: false }) await EndTrackAsync(events, cancellationToken);
                break;
        }
    }

    /// <summary>Ends the media: hears out what was still open.</summary>
    public ValueTask CompleteAsync(List<StreamEvent> events, CancellationToken cancellationToken) => EndTrackAsync(events, cancellationToken);

    private AudioTrack Track(AudioBlock block)
    {
        if (_track is not null) return _track;
        foreach (var listener in _listeners) listener.Restart();
        return _track = new AudioTrack(block.Start, block.SampleRateHz, _fbank, _gated, _listeners, _observer);
    }

    private async ValueTask EndTrackAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_track is null) return;
        await _track.CompleteAsync(events, cancellationToken);
        _track = null;
    }
}
