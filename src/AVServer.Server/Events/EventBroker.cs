using System.Collections.Immutable;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Metrics;
using AVServer.Server.Problems;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Events;

/// <summary>Brings each stream's events to everyone who reads them. Holds a log for every open stream, read stream, and recently closed one.</summary>
internal sealed class EventBroker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ServerLimits _limits;
    private readonly TimeProvider _time;
    private readonly ServerMetrics _metrics;
    private readonly IEventSink[] _sinks;
    private readonly ITimer _forgetTimer;
    private readonly Dictionary<string, EventLog> _logs = [];
    private readonly Queue<(EventLog Log, long ReleasedAt)> _released = new();
    private readonly HashSet<EventSubscription> _subscriptions = [];
    private readonly TaskCompletionSource _allLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<EventSubscription> _readersOfAll = [];
    private long _slowReadersEnded;
    private bool _completed;

    public EventBroker(IOptions<ServerLimits> limits, IEnumerable<IEventSink> sinks, TimeProvider time, ServerMetrics metrics)
    {
        _limits = limits.Value;
        _sinks = [.. sinks];
        _time = time;
        _metrics = metrics;
        var period = TimeSpan.FromMinutes(1);
        _forgetTimer = time.CreateTimer(_ => Forget(), null, period, period);
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
                _logs.Add(streamId, log = new EventLog(streamId, _limits.EventsKept, _time, PublishToAll));
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
            if (log.LastSequence == 0)
            {
                _logs.Remove(log.StreamId);
                return;
            }
            log.ReleasedAt = _time.GetTimestamp();
            _released.Enqueue((log, log.ReleasedAt));
        }
        Forget();
    }

    /// <summary>A new reader; whoever reads disposes it.</summary>
    /// <exception cref="RefusedException">The filter can't be met, or there are too many readers.</exception>
    public EventSubscription Subscribe(EventFilter filter)
    {
        Check(filter);
        EventSubscription subscription;
        lock (_gate)
        {
            if (_completed)
                throw new RefusedException(FaultCodes.ServerStopping, "The server is shutting down; connect again later.");
            if (_subscriptions.Count >= _limits.MaxSubscribers)
                throw new RefusedException(FaultCodes.ServerBusy, $"Expected at most {_limits.MaxSubscribers} readers of events at once; try again later.");
            subscription = new EventSubscription(filter, _limits.SubscriberQueue, Leave, CountLoss);
            _subscriptions.Add(subscription);
            if (filter.StreamId is null) _readersOfAll = _readersOfAll.Add(subscription);
        }
        if (filter.StreamId is not null) Hold(filter.StreamId).Add(subscription, filter.After);
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
            throw new RefusedException(FaultCodes.BadRequest, "Expected a stream id beside 'after', since numbers are a stream's own; name the stream or leave 'after' out.");
        if (filter.After < 0)
            throw new RefusedException(FaultCodes.BadRequest, $"Expected 'after' of 0 or more, got {filter.After}.");
        if (filter.Types?.Where(type => !EventTypes.All.Contains(type)).ToArray() is { Length: > 0 } unknown)
            throw new RefusedException(FaultCodes.BadRequest, $"Expected event types out of {string.Join(", ", EventTypes.All)}; got {string.Join(", ", unknown)}.");
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

    private void Forget()
    {
        lock (_gate)
        {
            while (_released.TryPeek(out var oldest)
                && (_released.Count > _limits.ClosedStreamsKept || _time.GetElapsedTime(oldest.ReleasedAt) >= _limits.ClosedStreamRetention))
            {
                _released.Dequeue();
                if (oldest.Log.Holders == 0 && oldest.Log.ReleasedAt == oldest.ReleasedAt) _logs.Remove(oldest.Log.StreamId);
            }
        }
    }
}
