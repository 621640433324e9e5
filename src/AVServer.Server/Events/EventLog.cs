using System.Collections.Immutable;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// One stream id's events: numbers them without gaps, keeps the last ones for readers who resume, and hands each to the readers of the id.
/// Outlives a stream, so that a sender who comes back under its id goes on counting.
/// </summary>
internal sealed class EventLog(string streamId, int capacity, TimeProvider time, Action<StreamEvent> publishToAll)
{
    private readonly Lock _gate = new();
    private readonly Queue<StreamEvent> _kept = new();
    private ImmutableArray<EventSubscription> _readers = [];
    private long _last;

    public string StreamId { get; } = streamId;

    /// <summary>Streams and readers that hold on to this log; the broker's to count.</summary>
    public int Holders { get; set; }

    /// <summary>When the last holder let go; the broker's to set.</summary>
    public long ReleasedAt { get; set; }

    public long LastSequence
    {
        get { lock (_gate) return _last; }
    }

    /// <summary>Numbers, dates, keeps and delivers an event. Never waits for a reader.</summary>
    /// <param name="streamEvent">The event; its id, number and date are set here.</param>
    /// <param name="beforeDelivery">Runs before any reader can see the event and before the next one is taken.</param>
    /// <returns>The event as it was published.</returns>
    public StreamEvent Append(StreamEvent streamEvent, Action? beforeDelivery = null)
    {
        lock (_gate)
        {
            var isTelemetry = streamEvent is TelemetryEvent;
            var stamped = streamEvent with { StreamId = StreamId, Sequence = isTelemetry ? 0 : ++_last, At = time.GetUtcNow() };
            if (!isTelemetry)
            {
                if (_kept.Count == capacity) _kept.Dequeue();
                _kept.Enqueue(stamped);
            }
            beforeDelivery?.Invoke();
            foreach (var reader in _readers) reader.Offer(stamped);
            publishToAll(stamped);
            return stamped;
        }
    }

    /// <summary>Adds a reader; with <paramref name="after"/> it first gets what is kept beyond that number, without a seam.</summary>
    public void Add(EventSubscription reader, long? after)
    {
        lock (_gate)
        {
            if (after is { } last) reader.SetBacklog([.. _kept.Where(e => e.Sequence > last)]);
            _readers = _readers.Add(reader);
        }
    }

    public void Remove(EventSubscription reader)
    {
        lock (_gate) _readers = _readers.Remove(reader);
    }
}
