using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>The last events of one type of one stream, oldest first. Not safe for concurrent use: the log's lock holds.</summary>
internal sealed class KeptEvents(KeptBounds bounds)
{
    private readonly Queue<(StreamEvent Event, int Bytes)> _queue = new();

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>Place of the last event of this type that is gone; <see cref="EventCursor.Start"/>: none is.</summary>
    public EventCursor GoneUpTo { get; private set; } = EventCursor.Start;

    /// <summary>Events that are kept.</summary>
    public int Count => _queue.Count;

    /// <summary>Keeps one more event; it may be gone after the next <see cref="Trim"/>.</summary>
    public void Add(StreamEvent streamEvent, int bytes)
    {
        _queue.Enqueue((streamEvent, bytes));
        Bytes += bytes;
    }

    /// <summary>Lets go of what the bounds don't allow.</summary>
    /// <returns>Bytes of that.</returns>
    public long Trim(DateTimeOffset now)
    {
        var before = Bytes;
        while (_queue.TryPeek(out var oldest)
            && (_queue.Count > bounds.Count || Bytes > bounds.Bytes || now - oldest.Event.At > bounds.Age)) DropOldest();
        return before - Bytes;
    }

    /// <summary>Lets go of the oldest event; there must be one.</summary>
    /// <returns>Bytes of that.</returns>
    public long DropOldest()
    {
        var (dropped, bytes) = _queue.Dequeue();
        Bytes -= bytes;
        GoneUpTo = dropped.Cursor!.Value;
        return bytes;
    }

    /// <summary>Lets go of what others let go of before.</summary>
    public void DropUpTo(EventCursor upTo)
    {
        while (_queue.TryPeek(out var oldest) && oldest.Event.Cursor!.Value.IsAtOrBefore(upTo)) DropOldest();
        if (!upTo.IsAtOrBefore(GoneUpTo)) GoneUpTo = upTo;
    }

    /// <summary>What is kept beyond a place.</summary>
    public IEnumerable<StreamEvent> After(EventCursor place) =>
        _queue.Select(kept => kept.Event).Where(kept => !kept.Cursor!.Value.IsAtOrBefore(place));
}
