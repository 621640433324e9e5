using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// One reader's bounded queue of events. A full queue costs nobody else anything: telemetry is dropped at half, and a reader who would miss
/// anything else is ended with <see cref="ReaderTooSlowException"/>.
/// </summary>
internal sealed class EventSubscription : IDisposable
{
    private readonly int _capacity;
    private readonly HashSet<string>? _types;
    private readonly Action<EventSubscription> _release;
    private readonly Action<bool> _onLoss;
    private readonly Channel<StreamEvent> _queue;
    private StreamEvent[] _backlog = [];
    private long _lastQueued;
    private int _released;

    /// <param name="filter">What the reader wants; its types are known ones.</param>
    /// <param name="capacity">Events that may wait.</param>
    /// <param name="release">Called once, when the reader leaves.</param>
    /// <param name="onLoss">Called for each dropped telemetry (<see langword="false"/>) and when the reader is ended for being slow (<see langword="true"/>).</param>
    public EventSubscription(EventFilter filter, int capacity, Action<EventSubscription> release, Action<bool> onLoss)
    {
        StreamId = filter.StreamId;
        _types = filter.Types is null ? null : [.. filter.Types];
        _capacity = capacity;
        _release = release;
        _onLoss = onLoss;
        _queue = Channel.CreateBounded<StreamEvent>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,   // only TryWrite is used: full is answered, nobody waits
            SingleReader = true,
        });
    }

    /// <summary>The only stream that the reader wants; null for all.</summary>
    public string? StreamId { get; }

    /// <summary>What was kept from before the reader came; set before the first <see cref="Offer"/>.</summary>
    public void SetBacklog(StreamEvent[] kept)
    {
        _backlog = [.. kept.Where(Accepts)];
        if (kept.Length > 0) _lastQueued = kept[^1].Sequence;
    }

    /// <summary>Queues an event if the reader wants it. Never waits.</summary>
    public void Offer(StreamEvent streamEvent)
    {
        if (!Accepts(streamEvent)) return;
        if (streamEvent is TelemetryEvent && _queue.Reader.Count >= _capacity / 2)
            _onLoss(false);
        else if (_queue.Writer.TryWrite(streamEvent))
            _lastQueued = Math.Max(_lastQueued, streamEvent.Sequence);
        else if (_queue.Writer.TryComplete(new ReaderTooSlowException(_capacity, _lastQueued)))
            _onLoss(true);
    }

    /// <summary>No more events will come; the reader gets what is queued.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>The events, oldest first, until <see cref="Complete"/>.</summary>
    /// <exception cref="ReaderTooSlowException">After the queued events, when the reader was too slow.</exception>
    public async IAsyncEnumerable<StreamEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var kept in _backlog) yield return kept;
        _backlog = [];
        await foreach (var streamEvent in _queue.Reader.ReadAllAsync(cancellationToken)) yield return streamEvent;
    }

    /// <summary>As <see cref="ReadAllAsync"/>; a reader that was too slow gets a <see cref="FaultEvent"/> with number 0 as its last event.</summary>
    public async IAsyncEnumerable<StreamEvent> ReadAllThenFaultAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var events = ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            StreamEvent next;
            var isLast = false;
            try
            {
                if (!await events.MoveNextAsync()) yield break;
                next = events.Current;
            }
            catch (ReaderTooSlowException tooSlow)
            {
                next = new FaultEvent(FaultCodes.ReaderTooSlow, tooSlow.Message) { StreamId = StreamId ?? "" };
                isLast = true;
            }
            yield return next;
            if (isLast) yield break;
        }
    }

    public void Dispose()
    {
        Complete();
        if (Interlocked.Exchange(ref _released, 1) == 0) _release(this);
    }

    private bool Accepts(StreamEvent streamEvent) =>
        _types is null ? streamEvent is not TelemetryEvent : _types.Contains(EventTypes.NameOf(streamEvent));
}
