using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// A stream that this node has: its token, and its events on their way to Redis. Readers are given an event when Redis has it; only while
/// Redis is away for long are this node's readers given theirs at once, and Redis gets them from the log's memory when it is back. Redis
/// takes nothing by another token: who was cut off and thought dead can't write behind who came after.
/// </summary>
internal sealed partial class SharedStream : IStreamLease, IEventAppender
{
    private const int MaxBatch = 100;
    private const int MostWaiting = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventLog _log;
    private readonly RedisConnection _redis;
    private readonly ServerLimits _limits;
    private readonly ClusterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _node;
    private readonly RedisKey[] _keys;
    private readonly Dictionary<Type, EventCursor> _told = [];
    private CancellationTokenSource _lost = new();
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventCursor _shared;      // the last that Redis has
    private EventCursor _given;       // the last that this node's readers have
    private EventCursor _published;   // the last that the other nodes heard of
    private bool _isEnding;
    private bool _isTaken;

    /// <param name="log">What the stream's events are appended to; where Redis is.</param>
    /// <param name="node">This node.</param>
    /// <param name="token">What Redis knows the holder by.</param>
    /// <param name="redis">Gets the events.</param>
    /// <param name="limits">How long Redis keeps them.</param>
    /// <param name="metrics">Counts them.</param>
    /// <param name="time">Measures pauses.</param>
    /// <param name="logger">Is told where another node took the stream.</param>
    public SharedStream(
        EventLog log, string node, string token, RedisConnection redis, ServerLimits limits, ClusterMetrics metrics, TimeProvider time,
        ILogger logger)
    {
        (_log, _node, Token, _redis) = (log, node, token, redis);
        (_limits, _metrics, _time, _logger) = (limits, metrics, time, logger);
        _keys = [RedisEvents.KeyOf(log.StreamId)];
        _shared = _given = _published = log.End;
        log.AppendBy(this);
        _ = RunAsync();
    }

    public string Token { get; }

    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether another node took it.</summary>
    public bool IsTaken => Volatile.Read(ref _isTaken);

    /// <summary>Ends when the stream has ended and was given back, or taken.</summary>
    public Task Released => _released.Task;

    /// <summary>Tells Redis that the stream goes on, however long nothing happens on it.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task TouchAsync() => _redis.RunAsync(RedisScripts.Touch, _keys, _log.StreamId, RedisEvents.Kept(_limits));

    /// <summary>Takes the stream up again that has ended here and isn't given back yet.</summary>
    /// <returns>False where it hasn't ended.</returns>
    public bool TryReopen()
    {
        lock (_gate)
        {
            if (!_isEnding || _isTaken || _released.Task.IsCompleted) return false;
            _isEnding = false;
            _ended.TrySetResult();
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _lost.Dispose();
            _lost = new CancellationTokenSource();
            return true;
        }
    }

    public void Append(StreamEvent stamped, int bytes, Action? beforeDelivery)
    {
        lock (_gate)
        {
            if (!_isTaken)
            {
                _waiting.Enqueue(new Waiting(stamped, bytes, beforeDelivery, null));
                _work.Release();
                return;
            }
        }
        _metrics.Lost(1);
        beforeDelivery?.Invoke();
    }

    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_isTaken || _waiting.Count == 0) return Task.CompletedTask;
            var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(new Waiting(null, 0, null, flushed));
            return flushed.Task;
        }
    }

    /// <summary>Gives the stream back as soon as Redis has its events.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ended;
        lock (_gate)
        {
            _isEnding = true;
            ended = _ended.Task;
            if (_isTaken) End();
        }
        _work.Release();
        await ended;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _work.WaitAsync();
            while (!_isTaken && !_released.Task.IsCompleted && !await TryShareAsync())
            {
                _metrics.GivenLocally(GiveLocally());
                await Task.Delay(Pause, _time);
            }
            if (_isTaken || _released.Task.IsCompleted) return;
        }
    }

    /// <summary>Brings Redis what it lacks, and the readers what Redis has.</summary>
    /// <returns>Whether nothing is left to do.</returns>
    private async Task<bool> TryShareAsync()
    {
        try
        {
            while (await ShareNextAsync()) { }
            lock (_gate) if (!_isEnding || _isTaken || _waiting.Count > 0) return true;
            await _redis.RunAsync(RedisScripts.Release, _keys, _log.StreamId, _node, Token, RedisEvents.Kept(_limits));
            lock (_gate)
            {
                if (!_isEnding) return true;   // reopened: the next append finds that it has to take the stream again
                End();
            }
            return true;
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            return false;
        }
    }

    private async Task<bool> ShareNextAsync()
    {
        GiveShared();
        // What readers were given before Redis had it comes from the log, the rest from the queue.
        var missing = _log.ContentsAfter(_shared);
        List<StreamEvent> batch = [.. missing.Events.Take(MaxBatch)];
        var last = batch.Count < missing.Events.Count ? batch[^1].Cursor!.Value : missing.End;
        if (batch.Count == missing.Events.Count)
            lock (_gate)
                foreach (var waiting in _waiting)
                {
                    if (batch.Count >= MaxBatch || waiting.Event is null) break;
                    batch.Add(waiting.Event);
                    last = waiting.Event.Cursor!.Value;
                }
        if (last == _shared) return false;
        var gone = missing.Gone.Where(gone => gone.Value != EventCursor.Start && _told.GetValueOrDefault(gone.Key) != gone.Value).ToList();
        var answer = await AppendAsync(batch, last, gone);
        switch ((string?)answer[0])
        {
            case "ok":
                foreach (var (type, place) in gone) _told[type] = place;
                _metrics.Shared(batch.Count);
                _shared = last;
                if (!last.IsAtOrBefore(_published)) _published = last;
                break;
            case "at":
                var has = _shared with { Sequence = (long)answer[1] };
                if (has.IsAtOrBefore(_shared)) _told.Clear();   // Redis lost its last moments
                _shared = has;
                break;
            case "missing" when await RetakeAsync():
                break;
            default:
                await LoseAsync();
                return false;
        }
        GiveShared();
        return true;
    }

    private async Task<RedisResult[]> AppendAsync(List<StreamEvent> batch, EventCursor last, List<KeyValuePair<Type, EventCursor>> gone)
    {
        var unheard = batch.Where(happened => !happened.Cursor!.Value.IsAtOrBefore(_published)).ToList();
        List<RedisValue> values =
        [
            _log.StreamId, Token, last.Epoch, _shared.Sequence, last.Sequence, _redis.Run, RedisEvents.Kept(_limits),
            ClusterMessage.Channel, unheard.Count == 0 ? "" : ClusterMessage.Of(_node, unheard), gone.Count,
        ];
        foreach (var (type, place) in gone) values.AddRange([EventTypes.NameOf(type), place.ToString()]);
        foreach (var happened in batch)
            values.AddRange(
                [EventTypes.NameOf(happened), happened.Sequence, JsonSerializer.Serialize(happened, ContractsJson.Options)]);
        return (RedisResult[])(await _redis.RunAsync(RedisScripts.Append, _keys, [.. values]))!;
    }

    // Redis began anew without its data, or lost the end of it: it gets what is still here.
    private async Task<bool> RetakeAsync()
    {
        var contents = _log.ContentsAfter(EventCursor.Start);
        var first = contents.Events.FirstOrDefault(happened => happened.Cursor!.Value.Epoch == contents.End.Epoch);
        var before = contents.End with { Sequence = first is null ? contents.End.Sequence : first.Sequence - 1 };
        await _redis.IsNewRunAsync();
        var answer = await _redis.RunAsync(
            RedisScripts.Retake, _keys, _log.StreamId, _node, Token, before.Epoch, before.Sequence, _redis.Run, RedisEvents.Kept(_limits));
        if ((int)answer != 1) return false;
        _shared = before;
        _told.Clear();
        return true;
    }

    private void GiveShared()
    {
        while (true)
        {
            Waiting next;
            lock (_gate)
            {
                if (!_waiting.TryPeek(out next!)) return;
                if (next.Event is { Cursor: { } place } && !place.IsAtOrBefore(_shared)) return;
            }
            GiveFirst(next);
        }
    }

    private int GiveLocally()
    {
        Waiting[] waiting;
        lock (_gate)
        {
            if (!_redis.IsAlone && _waiting.Count < MostWaiting) return 0;
            waiting = [.. _waiting];
        }
        foreach (var next in waiting) GiveFirst(next);
        return waiting.Count(next => next.Event is not null);
    }

    // It leaves the queue when it is given, so that who flushes waits for it.
    private void GiveFirst(Waiting next)
    {
        if (next.Event is not null)
        {
            _log.Deliver(next.Event, next.Bytes, next.BeforeDelivery);
            _given = next.Event.Cursor!.Value;
        }
        lock (_gate) _waiting.Dequeue();
        next.Flushed?.TrySetResult();
    }

    private async Task LoseAsync()
    {
        Waiting[] waiting;
        lock (_gate)
        {
            _isTaken = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        var lost = waiting.Count(next => next.Event is not null);
        Log.Taken(_logger, _log.StreamId, lost);
        _metrics.StreamLost();
        _metrics.Lost(lost);
        await _lost.CancelAsync();
        foreach (var next in waiting)
        {
            next.BeforeDelivery?.Invoke();
            next.Flushed?.TrySetResult();
        }
        if (lost > 0 || !_given.IsAtOrBefore(_shared)) await DoubtAsync();
    }

    // What the readers of this node had alone, or nobody, is told to all as lost.
    private async Task DoubtAsync()
    {
        while (true)
        {
            try
            {
                await _redis.RunAsync(
                    RedisScripts.Doubt, _keys, _log.StreamId, _shared.Epoch, ClusterMessage.Channel,
                    ClusterMessage.Of(ClusterMessageKind.Doubt, _node, _log.StreamId, _shared.Epoch));
                return;
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
            {
                await Task.Delay(Pause, _time);
            }
        }
    }

    private void End()
    {
        _log.AppendBy(null);
        _released.TrySetResult();
        _ended.TrySetResult();
    }

    /// <param name="Event">An event that no reader has seen; null: somebody waits until those before are given.</param>
    /// <param name="Bytes">Its length as JSON.</param>
    /// <param name="BeforeDelivery">Runs before it is given.</param>
    /// <param name="Flushed">Who waits.</param>
    private sealed record Waiting(StreamEvent? Event, int Bytes, Action? BeforeDelivery, TaskCompletionSource? Flushed);

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.StreamTaken, LogLevel.Warning,
            "Another node took stream {StreamId} while this one was cut off; {Count} events went with it, and their readers are told.")]
        public static partial void Taken(ILogger logger, string streamId, int count);
    }
}
