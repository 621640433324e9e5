using System.Collections.Immutable;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// One stream id's events in one epoch: numbers them without gaps, keeps the last ones of each type for readers who resume, and hands each
/// to the readers of the id. Outlives a stream, so that a sender who comes back under its id goes on counting.
/// </summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Type, KeptEvents> _kept = [];
    private readonly EventRetention _retention;
    private readonly TimeProvider _time;
    private readonly string _serverEpoch;
    private readonly Action<StreamEvent> _publishToAll;
    private readonly string _epoch;
    private ImmutableArray<EventSubscription> _readers = [];
    private long _last;

    /// <param name="streamId">Whose events.</param>
    /// <param name="retention">What may be kept.</param>
    /// <param name="time">Dates the events.</param>
    /// <param name="serverEpoch">Epoch of the server's start.</param>
    /// <param name="publishToAll">Gets each event after the readers of the id.</param>
    public EventLog(string streamId, EventRetention retention, TimeProvider time, string serverEpoch, Action<StreamEvent> publishToAll)
    {
        (StreamId, _retention, _time, _serverEpoch, _publishToAll) = (streamId, retention, time, serverEpoch, publishToAll);
        _epoch = Epochs.Create(time.GetUtcNow());
    }

    public string StreamId { get; }

    /// <summary>Streams and readers that hold on to this log; the broker's to count.</summary>
    public int Holders { get; set; }

    /// <summary>When the last holder let go; the broker's to set.</summary>
    public long ReleasedAt { get; set; }

    /// <summary>
    /// Whether somebody knows a place in it, and may come back with it: such a log isn't forgotten at once even if it is empty.
    /// </summary>
    public bool IsNamed { get; set; }

    /// <summary>The place of the last event.</summary>
    public EventCursor End
    {
        get { lock (_gate) return new EventCursor(_epoch, _last); }
    }

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes
    {
        get { lock (_gate) return KeptBytes; }
    }

    private long KeptBytes => _kept.Values.Sum(kept => kept.Bytes);   // under the lock

    /// <summary>Numbers, dates, keeps and delivers an event. Never waits for a reader.</summary>
    /// <param name="streamEvent">The event; its id, place and date are set here.</param>
    /// <param name="beforeDelivery">Runs before any reader can see the event and before the next one is taken.</param>
    /// <returns>The event as it was published.</returns>
    public StreamEvent Append(StreamEvent streamEvent, Action? beforeDelivery = null)
    {
        var isKept = streamEvent is not TelemetryEvent;
        var bytes = isKept ? JsonSerializer.SerializeToUtf8Bytes(streamEvent, ContractsJson.Options).Length : 0;
        lock (_gate)
        {
            EventCursor? place = isKept ? new EventCursor(_epoch, ++_last) : null;
            var stamped = streamEvent with { StreamId = StreamId, Cursor = place, At = _time.GetUtcNow() };
            if (isKept) Keep(stamped, bytes);
            beforeDelivery?.Invoke();
            foreach (var reader in _readers) reader.Offer(stamped);
            _publishToAll(stamped);
            return stamped;
        }
    }

    /// <summary>
    /// Adds a reader; with <paramref name="after"/> it first gets what is kept beyond that place, without a seam, and is told if
    /// something is gone.
    /// </summary>
    public void Add(EventSubscription reader, EventCursor? after)
    {
        lock (_gate)
        {
            Trim();
            var end = new EventCursor(_epoch, _last);
            if (after is { } place) Resume(reader, place, end);
            else reader.Begin(end, end);
            _readers = _readers.Add(reader);
        }
    }

    public void Remove(EventSubscription reader)
    {
        lock (_gate) _readers = _readers.Remove(reader);
    }

    /// <summary>Lets go of what is too old, and of what is too much while all logs together keep more than they may.</summary>
    public void Sweep()
    {
        lock (_gate) Trim();
    }

    /// <summary>Lets go of everything: the log is forgotten.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _retention.Forget(KeptBytes);
            _kept.Clear();
        }
    }

    /// <summary>Deletes what is kept; who comes back to it is told that it is gone. The stream goes on, and its numbers with it.</summary>
    /// <returns>How many events, and the last of all that there were.</returns>
    public (int Count, EventCursor UpTo) Delete()
    {
        lock (_gate)
        {
            var count = _kept.Values.Sum(kept => kept.Count);
            foreach (var kept in _kept.Values)
                while (kept.Count > 0) _retention.Count(-kept.DropOldest());
            return (count, new EventCursor(_epoch, _last));
        }
    }

    private void Resume(EventSubscription reader, EventCursor after, EventCursor end)
    {
        var isOwn = after.Epoch == _epoch;
        // Of its own epoch, but beyond the end: no event ever had that place.
        var isBeyond = isOwn && after.Sequence > _last;
        var isKnown = (isOwn && !isBeyond) || after == EventCursor.Start;
        var from = isOwn ? Math.Min(after.Sequence, _last) : 0;
        var wanted = _kept.Where(kept => reader.Wants(kept.Key)).Select(kept => kept.Value).ToArray();
        var gone = Math.Max(from, wanted.Select(kept => kept.GoneUpTo).DefaultIfEmpty(0).Max());
        StreamEvent[] backlog = [.. wanted.SelectMany(kept => kept.After(from)).OrderBy(kept => kept.Sequence)];
        reader.Begin(after, end, backlog);
        if (isKnown && gone == from) return;
        var reason = isKnown ? LostReason.Trimmed
            : isBeyond ? LostReason.UnknownEpoch : Epochs.WhyUnknown(after.Epoch, _serverEpoch);
        // What comes next is the first thing behind the hole, or before it: the place right before that loses nothing to who comes back
        // with it.
        var rest = backlog.Length > 0 ? backlog[0].Sequence - 1 : _last;
        reader.Lose(new LostEvent(after, new EventCursor(_epoch, gone), reason)
        {
            StreamId = StreamId,
            Cursor = new EventCursor(_epoch, rest),
            At = _time.GetUtcNow(),
        });
    }

    private void Keep(StreamEvent stamped, int bytes)
    {
        var type = stamped.GetType();
        if (!_kept.TryGetValue(type, out var kept)) _kept.Add(type, kept = new KeptEvents(_retention.Of(type)));
        kept.Add(stamped, bytes);
        _retention.Count(bytes);
        _retention.Forget(kept.Trim(stamped.At));
        TrimToShare();
    }

    private void Trim()
    {
        var now = _time.GetUtcNow();
        foreach (var kept in _kept.Values) _retention.Forget(kept.Trim(now));
        TrimToShare();
    }

    // Wake words go last: they are what everything else is for.
    private void TrimToShare()
    {
        while (_retention.IsFull && KeptBytes > _retention.Share)
        {
            var largest = _kept.Where(kept => kept.Value.Count > 0)
                .OrderBy(kept => kept.Key == typeof(WakeWordEvent)).ThenByDescending(kept => kept.Value.Bytes).First().Value;
            _retention.Forget(largest.DropOldest());
        }
    }
}
