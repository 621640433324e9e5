using System.Collections.Immutable;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Events;

/// <summary>
/// Brings each stream's events to everyone who reads them. Holds a log for every open stream, read stream, and recently closed one.
/// </summary>
internal sealed class EventBroker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ServerLimits _limits;
    private readonly TimeProvider _time;
    private readonly ServerMetrics _metrics;
    private readonly IEventSink[] _sinks;
    private readonly DeletedEvents _deleted;
    private readonly ISharedEvents _shared;
    private readonly ITimer _forgetTimer;
    private readonly EventRetention _retention;
    private readonly string _epoch;
    private readonly Dictionary<string, EventLog> _logs = [];
    private readonly Queue<(EventLog Log, long ReleasedAt)> _released = new();
    // By themselves: who asks for many ids pushes out nobody's events.
    private readonly Queue<(EventLog Log, long ReleasedAt)> _releasedEmpty = new();
    private readonly HashSet<EventSubscription> _subscriptions = [];
    private readonly TaskCompletionSource _allLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<EventSubscription> _readersOfAll = [];
    private long _slowReadersEnded;
    private bool _completed;

    public EventBroker(
        IOptions<ServerLimits> limits, IEnumerable<IEventSink> sinks, DeletedEvents deleted, ISharedEvents shared, TimeProvider time,
        ServerMetrics metrics)
    {
        _limits = limits.Value;
        _sinks = [.. sinks];
        _deleted = deleted;
        _shared = shared;
        _time = time;
        _metrics = metrics;
        _retention = new EventRetention(_limits, metrics.EventsForgotten);
        _epoch = Epochs.Create(time.GetUtcNow());
        var period = TimeSpan.FromMinutes(1);
        _forgetTimer = time.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>Readers at this moment.</summary>
    public int SubscriberCount
    {
        get { lock (_gate) return _subscriptions.Count; }
    }

    /// <summary>Logs that are held at this moment, of closed streams too.</summary>
    public int LogCount
    {
        get { lock (_gate) return _logs.Count; }
    }

    /// <summary>Readers that were let go for being slow.</summary>
    public long SlowReadersEnded => Interlocked.Read(ref _slowReadersEnded);

    /// <summary>The log of a stream id, held until <see cref="Release"/>.</summary>
    public EventLog Hold(string streamId)
    {
        lock (_gate)
        {
            if (!_logs.TryGetValue(streamId, out var log))
            {
                _logs.Add(streamId, log = new EventLog(streamId, _retention, _time, _epoch, PublishToAll));
                _retention.CountLog(1);
            }
            log.Holders++;
            return log;
        }
    }

    /// <summary>Lets go of a log; it is forgotten some time after the last holder did.</summary>
    public void Release(EventLog log)
    {
        lock (_gate)
        {
            if (--log.Holders > 0) return;
            var isEmpty = log.End.Sequence == 0;
            if (isEmpty && !log.IsNamed)
            {
                Remove(log);
                return;
            }
            log.ReleasedAt = _time.GetTimestamp();
            (isEmpty ? _releasedEmpty : _released).Enqueue((log, log.ReleasedAt));
        }
        Forget();
    }

    /// <summary>
    /// Holds the log of a stream id as the other nodes have it: what is asked of it now counts for all nodes. Whoever asks disposes it.
    /// </summary>
    /// <exception cref="RefusedException">It is no stream id, or the other nodes can't be asked.</exception>
    public async ValueTask<LogHold> LoadAsync(string streamId, CancellationToken cancellationToken)
    {
        Streams.StreamIds.Check(streamId);
        var held = new LogHold(this, Hold(streamId));
        try
        {
            await _shared.LoadAsync(held.Log, cancellationToken);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The logs that are held now, for whoever brings them what other nodes publish.</summary>
    public IReadOnlyList<EventLog> Logs
    {
        get { lock (_gate) return [.. _logs.Values]; }
    }

    /// <summary>Takes what another node published.</summary>
    /// <returns>The log that has to be loaded again, because something between is missing; null where none has.</returns>
    public EventLog? Receive(StreamEvent streamEvent)
    {
        EventLog? log;
        lock (_gate) log = _logs.GetValueOrDefault(streamEvent.StreamId);
        foreach (var reader in _readersOfAll) reader.Offer(streamEvent);
        return log is null || log.Receive(streamEvent) ? null : log;
    }

    /// <summary>Tells the readers of all streams that other nodes may have published what they weren't given.</summary>
    public void LoseOfAll()
    {
        foreach (var reader in _readersOfAll) reader.Tell(LostOfAll(PositionOfAll));
    }

    /// <summary>Deletes what memory keeps of a stream's events, whether it is open or not.</summary>
    /// <returns>How many events, and the last of all that there were.</returns>
    public (int Count, EventCursor UpTo) Delete(string streamId)
    {
        EventLog? log;
        lock (_gate) log = _logs.GetValueOrDefault(streamId);
        // Where there is no log any more, what waits elsewhere is of an earlier one.
        var (count, upTo) = log?.Delete() ?? (0, new EventCursor(Epochs.Create(_time.GetUtcNow()), 0));
        _deleted.Add(streamId, upTo);
        return (count, upTo);
    }

    /// <summary>Deletes it on every node.</summary>
    /// <returns>How many events this one kept.</returns>
    /// <exception cref="RefusedException">The other nodes can't be told.</exception>
    public async Task<int> DeleteAsync(string streamId, CancellationToken cancellationToken)
    {
        using var held = await LoadAsync(streamId, cancellationToken);
        var (count, upTo) = Delete(streamId);
        await _shared.DeleteAsync(streamId, upTo);
        return count;
    }

    /// <summary>Where a stream's events end at this moment: who reads after it gets what happens next.</summary>
    /// <exception cref="RefusedException">It is no stream id.</exception>
    public EventCursor Position(string streamId)
    {
        Streams.StreamIds.Check(streamId);
        var log = Hold(streamId);
        log.IsNamed = true;
        var end = log.End;
        Release(log);
        return end;
    }

    /// <summary>Tells a reader of all streams who comes back that nobody kept for him what happened meanwhile.</summary>
    public LostEvent LostOfAll(EventCursor from) =>
        new(from, PositionOfAll, LostReason.AllStreams) { Cursor = PositionOfAll, At = _time.GetUtcNow() };

    /// <summary>What a reader of all streams has as its place, so that it can be told when it comes back.</summary>
    public EventCursor PositionOfAll => new(_epoch, 0);

    /// <summary>A new reader of what is in memory; whoever reads disposes it.</summary>
    /// <param name="filter">What it wants.</param>
    /// <param name="isNamed">Whether the reader is told its place, and may come back with it; one that names a place may in any
    /// case.</param>
    /// <exception cref="RefusedException">The filter can't be met, or there are too many readers.</exception>
    public EventSubscription Subscribe(EventFilter filter, bool isNamed = false)
    {
        Check(filter);
        EventSubscription subscription;
        lock (_gate)
        {
            if (_completed) throw RefusedException.Stopping();
            if (_subscriptions.Count >= _limits.MaxSubscribers)
                throw new RefusedException(
                    FaultCodes.ServerBusy, $"Expected at most {_limits.MaxSubscribers} readers of events at once; try again later.");
            subscription = new EventSubscription(filter, _limits.SubscriberQueue, Leave, CountLoss);
            _subscriptions.Add(subscription);
            if (filter.StreamId is null) _readersOfAll = _readersOfAll.Add(subscription);
        }
        if (filter.StreamId is null) return subscription;
        var log = Hold(filter.StreamId);
        if (isNamed || filter.After is not null) log.IsNamed = true;
        log.Add(subscription, filter.After);
        return subscription;
    }

    /// <summary>Ends every reader after what is queued for it, and takes no new ones.</summary>
    /// <returns>Ends when the last reader has left.</returns>
    public Task CompleteAsync()
    {
        EventSubscription[] subscriptions;
        lock (_gate)
        {
            _completed = true;
            subscriptions = [.. _subscriptions];
            if (subscriptions.Length == 0) _allLeft.TrySetResult();
        }
        foreach (var subscription in subscriptions) subscription.Complete();
        return _allLeft.Task;
    }

    public void Dispose() => _forgetTimer.Dispose();

    private static void Check(EventFilter filter)
    {
        if (filter.StreamId is { } streamId) Streams.StreamIds.Check(streamId);
        if (filter is { After: not null, StreamId: null })
            throw new RefusedException(
                FaultCodes.BadRequest,
                "Expected a stream id beside 'after', since places are a stream's own; name the stream or leave 'after' out.");
        EventTypes.Check(filter.Types, EventTypes.All);
    }

    private void PublishToAll(StreamEvent streamEvent)
    {
        _metrics.EventPublished(streamEvent);
        foreach (var reader in _readersOfAll) reader.Offer(streamEvent);
        foreach (var sink in _sinks) sink.Offer(streamEvent);
    }

    private void Leave(EventSubscription subscription)
    {
        EventLog? log = null;
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            if (_completed && _subscriptions.Count == 0) _allLeft.TrySetResult();
            if (subscription.StreamId is null) _readersOfAll = _readersOfAll.Remove(subscription);
            else log = _logs[subscription.StreamId];
        }
        if (log is null) return;
        log.Remove(subscription);
        Release(log);
    }

    private void CountLoss(bool readerEnded)
    {
        if (!readerEnded)
        {
            _metrics.TelemetryDropped();
            return;
        }
        Interlocked.Increment(ref _slowReadersEnded);
        _metrics.SlowReaderEnded();
    }

    private void Sweep()
    {
        Forget();
        EventLog[] logs;
        lock (_gate) logs = [.. _logs.Values];
        foreach (var log in logs) log.Sweep();
    }

    private void Forget()
    {
        lock (_gate)
        {
            Forget(_released);
            Forget(_releasedEmpty);
        }
    }

    private void Forget(Queue<(EventLog Log, long ReleasedAt)> released)
    {
        while (released.TryPeek(out var oldest)
            && (released.Count > _limits.ClosedStreamsKept || _time.GetElapsedTime(oldest.ReleasedAt) >= _limits.ClosedStreamRetention))
        {
            released.Dequeue();
            if (oldest.Log.Holders == 0 && oldest.Log.ReleasedAt == oldest.ReleasedAt) Remove(oldest.Log);
        }
    }

    private void Remove(EventLog log)
    {
        if (_logs.GetValueOrDefault(log.StreamId) != log) return;
        _logs.Remove(log.StreamId);
        log.Clear();
        _retention.CountLog(-1);
    }
}
