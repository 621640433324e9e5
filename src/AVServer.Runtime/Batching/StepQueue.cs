namespace AVServer.Runtime;

/// <summary>Steps in order of arrival. Intrusive: a stream has one step, so the streams bound the queue and nothing is allocated.</summary>
/// <remarks>Not thread-safe; the batcher's lock guards it.</remarks>
internal sealed class StepQueue
{
    private PendingStep? _first;
    private PendingStep? _last;
    private PendingStep? _latest;
    private long? _latestAt;
    private long? _otherAt;

    public int Count { get; private set; }

    /// <summary>Steps whose callers can't go on without them, such as those of a file being scored.</summary>
    public int UnpacedCount { get; private set; }

    public PendingStep? First => _first;

    public void Add(PendingStep step, long now)
    {
        if (!ReferenceEquals(step, _latest))
        {
            _otherAt = _latestAt;
            _latest = step;
        }
        _latestAt = now;

        step.QueuedAt = now;
        step.IsQueued = true;
        step.Previous = _last;
        if (_last is null) _first = step;
        else _last.Next = step;
        _last = step;
        Count++;
        if (!step.IsPaced) UnpacedCount++;
    }

    public void Remove(PendingStep step)
    {
        if (step.Previous is null) _first = step.Next;
        else step.Previous.Next = step.Next;
        if (step.Next is null) _last = step.Previous;
        else step.Next.Previous = step.Previous;
        (step.Next, step.Previous, step.IsQueued) = (null, null, false);
        Count--;
        if (!step.IsPaced) UnpacedCount--;
    }

    /// <summary>When a step of another stream last arrived, waiting or not; null if none ever did.</summary>
    public long? CompanyAt(PendingStep step) => ReferenceEquals(step, _latest) ? _otherAt : _latestAt;
}
