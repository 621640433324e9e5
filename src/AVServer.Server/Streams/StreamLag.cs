namespace AVServer.Server.Streams;

/// <summary>
/// How far the pipeline lies behind the media of one stream that came: between two readings the least of it, as CoDel (RFC 8289) looks at
/// a queue, so that a sender's bursts are no lag as long as they are worked off.
/// </summary>
/// <remarks>
/// Of raw sound each chunk counts from when it came, or would have come, had nobody made its sender wait; of a container, whose time
/// is inside it, the decoded time counts against the earliest that it was on. Safe for a sender, a pipeline and a reader at once.
/// </remarks>
/// <param name="time">Clock of the wall.</param>
internal sealed class StreamLag(TimeProvider time)
{
    // After a longer pause of its sender a container's time says nothing about when it should have come.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Who gains more on the wall's clock within so long sends a file, or makes up for a pause.
    private static readonly TimeSpan PaceWindow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(1);
    private const double FastestLive = 1.25;

    private readonly Lock _gate = new();
    private readonly Queue<TimeSpan> _unfinished = new();
    private readonly long _began = time.GetTimestamp();
    private TimeSpan? _baseline;      // the least of wall − media: when media of time 0 would have come
    private TimeSpan? _least;     // since the last reading
    private TimeSpan? _latest;    // media that it is done with
    private TimeSpan _processed;      // of it, since the last reading
    private TimeSpan _lastSent;
    private (TimeSpan Wall, TimeSpan Media)? _window;
    private bool _isFast;

    private TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>A chunk of raw sound came, before it waits for room.</summary>
    public void Arrived(TimeSpan media)
    {
        lock (_gate)
        {
            _unfinished.Enqueue(media);
            LowerBaseline(Now - media);
            MeasurePace(media);
        }
    }

    /// <summary>The pipeline is done with the oldest chunk of raw sound.</summary>
    public void Finished()
    {
        lock (_gate)
        {
            if (!_unfinished.TryDequeue(out var media) || _baseline is null) return;
            Progress(media);
            RecordLag(Now - media - _baseline.Value);
            if (_unfinished.Count > 0) return;
            // It has kept up with all that came; what comes next may come as late as it likes.
            RecordLag(TimeSpan.Zero);
            _baseline = null;
        }
    }

    /// <summary>Bytes of a container were taken; their sender pauses, or sends on.</summary>
    /// <param name="came">Whether they have just come, else they were just handed over.</param>
    public void Sent(bool came)
    {
        lock (_gate)
        {
            if (came && Now - _lastSent > LongestPause) _baseline = null;
            _lastSent = Now;
        }
    }

    /// <summary>The pipeline heard a container's sound up to a time.</summary>
    public void Decoded(TimeSpan media)
    {
        lock (_gate)
        {
            Progress(media);
            LowerBaseline(Now - media);
            RecordLag(Now - media - _baseline!.Value);
            MeasurePace(media);
        }
    }

    /// <summary>The least lag since the last reading, and how much was heard.</summary>
    /// <returns>Null of a sender that isn't live, and where nothing came.</returns>
    public StreamProgress? Read()
    {
        lock (_gate)
        {
            if (_baseline is { } line && _unfinished.TryPeek(out var oldest)) RecordLag(Now - oldest - line);
            var (least, processed) = (_least, _processed);
            (_least, _processed) = (null, TimeSpan.Zero);
            return _isFast || least is null ? null : new StreamProgress(least.Value, processed);
        }
    }

    private void Progress(TimeSpan media)
    {
        if (media > _latest) _processed += media - _latest.Value;
        _latest = media;
    }

    private void LowerBaseline(TimeSpan offset) => _baseline = _baseline < offset ? _baseline : offset;

    private void RecordLag(TimeSpan lag) => _least = _least < lag ? _least : lag;

    private void MeasurePace(TimeSpan media)
    {
        if (_window is not var (wall, first))
        {
            _window = (Now, media);
            return;
        }
        var (elapsed, gained) = (Now - wall, media - first);
        if (gained > elapsed + LongestLead) _isFast = true;
        if (elapsed < PaceWindow) return;
        _isFast = gained > FastestLive * elapsed;
        _window = (Now, media);
    }
}
