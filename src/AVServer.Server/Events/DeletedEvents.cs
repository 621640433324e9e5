using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// Up to where streams' events were deleted on somebody's wish, for the places in which an event waits for a while, so that none of them
/// comes up behind its deletion. Remembers the last deletions, for as long as anything waits.
/// </summary>
internal sealed class DeletedEvents(TimeProvider time)
{
    private const int Most = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, EventCursor> _deleted = [];
    private readonly Queue<(string StreamId, EventCursor UpTo, long At)> _order = new();

    /// <summary>Remembers a deletion.</summary>
    /// <param name="streamId">Whose events.</param>
    /// <param name="upTo">The last of them.</param>
    public void Add(string streamId, EventCursor upTo)
    {
        lock (_gate)
        {
            _deleted[streamId] = upTo;
            _order.Enqueue((streamId, upTo, time.GetTimestamp()));
            while (_order.TryPeek(out var first) && (_order.Count > Most || time.GetElapsedTime(first.At) > Remembered))
            {
                _order.Dequeue();
                if (_deleted[first.StreamId] == first.UpTo) _deleted.Remove(first.StreamId);
            }
        }
    }

    /// <summary>Whether an event was deleted.</summary>
    public bool Contains(StreamEvent streamEvent)
    {
        lock (_gate)
        {
            if (streamEvent.Cursor is not { } cursor || !_deleted.TryGetValue(streamEvent.StreamId, out var upTo)) return false;
            // A stream's logs follow one another, and so do their epochs.
            return cursor.Epoch == upTo.Epoch ? cursor.Sequence <= upTo.Sequence : string.CompareOrdinal(cursor.Epoch, upTo.Epoch) < 0;
        }
    }
}
