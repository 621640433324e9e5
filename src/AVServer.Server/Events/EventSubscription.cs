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
    private readonly HashSet<Type>? _types;
    private readonly Action<EventSubscription> _release;
    private readonly Action<bool> _onLoss;
    private readonly Channel<StreamEvent> _queue;
    private IAsyncEnumerable<StreamEvent>? _before;
    private EventCursor? _lastQueued;
    private int _released;

    /// <param name="filter">What the reader wants; its types are known ones.</param>
    /// <param name="capacity">Events that may wait.</param>
    /// <param name="release">Called once, when the reader leaves.</param>
    /// <param name="onLoss">Called for each dropped telemetry (<see langword="false"/>) and when the reader is ended for being slow
    /// (<see langword="true"/>).</param>
    public EventSubscription(EventFilter filter, int capacity, Action<EventSubscription> release, Action<bool> onLoss)
    {
        StreamId = filter.StreamId;
        _types = filter.Types is null ? null : [.. filter.Types.Select(EventTypes.TypeOf)];
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

    /// <summary>The place after which the reader reads: who comes back with it misses nothing. Null for a reader of all streams.</summary>
    public EventCursor? Position { get; private set; }

    /// <summary>Where the log ended when the reader came: what is offered lies beyond.</summary>
    public EventCursor End { get; private set; }

    /// <summary>What was kept from before the reader came, of the types that it wants.</summary>
    public IReadOnlyList<StreamEvent> Backlog { get; private set; } = [];

    /// <summary>The log's epochs when the reader came, in order.</summary>
    public IReadOnlyList<string> Epochs { get; private set; } = [];

    /// <summary>Told first: what is gone. Null where nothing is.</summary>
    public LostEvent? Lost { get; private set; }

    /// <summary>Whether the reader is given events of a type.</summary>
    public bool Wants(Type type) => _types is null ? type != typeof(TelemetryEvent) : _types.Contains(type);

    /// <summary>Sets where the reader begins; before the first <see cref="Offer"/>.</summary>
    public void Begin(
        EventCursor position, EventCursor end, IReadOnlyList<StreamEvent>? backlog = null, IReadOnlyList<string>? epochs = null)
    {
        (Position, End, Backlog, Epochs) = (position, end, backlog ?? [], epochs ?? [end.Epoch]);
        _lastQueued = Backlog.Count > 0 ? Backlog[^1].Cursor : position;
    }

    /// <summary>Has the reader told that something is gone, or, with null, that nothing is; before it reads.</summary>
    public void Lose(LostEvent? lost) => Lost = lost;

    /// <summary>Gives the reader these events in place of <see cref="Backlog"/>; before it reads.</summary>
    public void Precede(IAsyncEnumerable<StreamEvent> events) => _before = events;

    /// <summary>Queues an event if the reader wants it. Never waits.</summary>
    public void Offer(StreamEvent streamEvent)
    {
        if (Wants(streamEvent.GetType())) Queue(streamEvent);
    }

    /// <summary>Tells the reader, whatever it wants, that something is gone of what would have come next.</summary>
    public void Tell(LostEvent lost) => Queue(lost);

    /// <summary>No more events will come; the reader gets what is queued.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>The events, oldest first, until <see cref="Complete"/>; before them, where something is gone, that it is.</summary>
    /// <exception cref="ReaderTooSlowException">After the queued events, when the reader was too slow.</exception>
    public async IAsyncEnumerable<StreamEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Lost is not null) yield return Lost;
        if (_before is null)
            foreach (var kept in Backlog) yield return kept;
        else
            await foreach (var kept in _before.WithCancellation(cancellationToken)) yield return kept;
        (_before, Backlog) = (null, []);
        await foreach (var streamEvent in _queue.Reader.ReadAllAsync(cancellationToken)) yield return streamEvent;
    }

    /// <summary>
    /// As <see cref="ReadAllAsync"/>; a reader that was too slow gets a <see cref="FaultEvent"/> without a place as its last event.
    /// </summary>
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

    private void Queue(StreamEvent streamEvent)
    {
        if (streamEvent is TelemetryEvent && _queue.Reader.Count >= _capacity / 2)
            _onLoss(false);
        else if (_queue.Writer.TryWrite(streamEvent))
            _lastQueued = streamEvent.Cursor ?? _lastQueued;
        else if (_queue.Writer.TryComplete(new ReaderTooSlowException(_capacity, StreamId is null ? null : _lastQueued)))
            _onLoss(true);
    }
}
