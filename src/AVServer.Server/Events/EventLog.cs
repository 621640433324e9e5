using System.Collections.Immutable;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// One stream id's events: numbers them without gaps, keeps the last ones of each type for readers who resume, and hands each to the
/// readers of the id. Outlives a stream, so that a sender who comes back under its id goes on counting. One process has one epoch a log;
/// where several nodes share a log, it may have had earlier ones.
/// </summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Type, KeptEvents> _kept = [];
    private readonly EventRetention _retention;
    private readonly TimeProvider _time;
    private readonly string _serverEpoch;
    private readonly Action<StreamEvent> _publishToAll;
    private ImmutableArray<EventSubscription> _readers = [];
    private ImmutableArray<LogEpoch> _past = [];
    private IEventAppender? _appender;
    private string _epoch;
    private EventCursor _heard = EventCursor.Start;   // the last that another node told of
    private long _numbered;   // last number that was given
    private long _last;       // last that readers may have seen: behind where events are shared before they are given

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

    /// <summary>Whether it holds what other nodes published.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether something was published since that it didn't hold when it was last loaded.</summary>
    public bool LacksAny
    {
        get { lock (_gate) return !_heard.IsAtOrBefore(new EventCursor(_epoch, _last)) && _past.All(past => past.Name != _heard.Epoch); }
    }

    /// <summary>The place of the last event that readers were given.</summary>
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

    /// <summary>Numbers and dates an event, and keeps and delivers it, at once or when it is shared. Never waits for a reader.</summary>
    /// <param name="streamEvent">The event; its id, place and date are set here.</param>
    /// <param name="beforeDelivery">Runs before any reader can see the event and before the next one is delivered.</param>
    /// <returns>The event as it is published.</returns>
    public StreamEvent Append(StreamEvent streamEvent, Action? beforeDelivery = null)
    {
        var isKept = streamEvent is not TelemetryEvent;
        var bytes = isKept ? BytesOf(streamEvent) : 0;
        lock (_gate)
        {
            EventCursor? place = isKept ? new EventCursor(_epoch, ++_numbered) : null;
            var stamped = streamEvent with { StreamId = StreamId, Cursor = place, At = _time.GetUtcNow() };
            if (isKept && _appender is not null) _appender.Append(stamped, bytes, beforeDelivery);
            else Deliver(stamped, bytes, beforeDelivery);
            return stamped;
        }
    }

    /// <summary>Ends when the readers have been given all that was appended so far.</summary>
    public Task FlushAsync()
    {
        lock (_gate) return _appender?.FlushAsync() ?? Task.CompletedTask;
    }

    /// <summary>Keeps and delivers an event of this node that has its number.</summary>
    public void Deliver(StreamEvent stamped, int bytes, Action? beforeDelivery)
    {
        lock (_gate)
        {
            if (stamped.Cursor is { } place)
            {
                _last = place.Sequence;
                Keep(stamped, bytes);
            }
            beforeDelivery?.Invoke();
            foreach (var reader in _readers) reader.Offer(stamped);
            _publishToAll(stamped);
        }
    }

    /// <summary>Takes the next event from another node.</summary>
    /// <returns>False where it isn't the next: the log has to be loaded again.</returns>
    public bool Receive(StreamEvent stamped)
    {
        lock (_gate)
        {
            var place = stamped.Cursor!.Value;
            if (!place.IsAtOrBefore(_heard)) _heard = place;
            if (!IsLoaded || place.IsAtOrBefore(new EventCursor(_epoch, _last))) return true;
            if (place.Epoch != _epoch || place.Sequence != _last + 1 || _appender is not null) return false;
            Take(stamped);
            return true;
        }
    }

    /// <summary>Goes to where the cluster's log is: readers get what they lack in order, and are told what is gone.</summary>
    public void Load(LogContents contents)
    {
        lock (_gate)
        {
            var end = new EventCursor(_epoch, _last);
            if (IsLoaded) foreach (var reader in _readers) TellLost(reader, end, contents);
            var isBehind = IsLoaded && contents.End.IsAtOrBefore(end);   // what it lost, whoever holds the stream appends again
            if (!isBehind) (_epoch, _last, _past) = (contents.End.Epoch, contents.End.Sequence, contents.Past);
            foreach (var (type, upTo) in contents.Gone)
            {
                var kept = Of(type);
                var before = kept.Bytes;
                kept.DropUpTo(upTo);
                _retention.Forget(before - kept.Bytes);
            }
            foreach (var stamped in contents.Events.Where(stamped => !IsLoaded || !stamped.Cursor!.Value.IsAtOrBefore(end))) Take(stamped);
            // Of a new epoch there may be no event yet: those that were taken are of the one before.
            if (!isBehind) (_epoch, _last) = (contents.End.Epoch, contents.End.Sequence);
            if (_appender is null) _numbered = _last;
            IsLoaded = true;
        }
    }

    /// <summary>Appends from now on by way of the cluster; null: no more.</summary>
    public void AppendBy(IEventAppender? appender)
    {
        lock (_gate)
        {
            _appender = appender;
            _numbered = _last;
        }
    }

    /// <summary>Remembers that an epoch may have gone on where nobody else saw it, and tells the readers.</summary>
    public void Doubt(string epoch)
    {
        lock (_gate)
        {
            if (!IsLoaded || _past.FirstOrDefault(past => past.Name == epoch) is not { IsDoubtful: false } past) return;
            _past = _past.Replace(past, past with { IsDoubtful = true });
            var place = new LogContents(new EventCursor(_epoch, _last), _past, [], []).DoubtAfter(new EventCursor(epoch, past.Last))!.Value;
            foreach (var reader in _readers)
                reader.Tell(new LostEvent(new EventCursor(epoch, past.Last), place, LostReason.Restart)
                {
                    StreamId = StreamId,
                    Cursor = new EventCursor(_epoch, _last),
                    At = _time.GetUtcNow(),
                });
        }
    }

    /// <summary>All that is kept behind a place, and what isn't any more, for a cluster that lacks it.</summary>
    public LogContents ContentsAfter(EventCursor after)
    {
        lock (_gate)
        {
            return new LogContents(
                new EventCursor(_epoch, _last), _past, _kept.ToDictionary(kept => kept.Key, kept => kept.Value.GoneUpTo),
                [.. _kept.Values.SelectMany(kept => kept.After(after)).OrderBy(kept => kept.Cursor!.Value, CursorOrder.Comparer)]);
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

    private static int BytesOf(StreamEvent streamEvent) =>
        JsonSerializer.SerializeToUtf8Bytes(streamEvent, ContractsJson.Options).Length;

    private void Take(StreamEvent stamped)
    {
        (_epoch, _last) = (stamped.Cursor!.Value.Epoch, stamped.Cursor.Value.Sequence);
        if (_appender is null) _numbered = _last;
        Keep(stamped, BytesOf(stamped));
        foreach (var reader in _readers) reader.Offer(stamped);
    }

    private void TellLost(EventSubscription reader, EventCursor end, LogContents contents)
    {
        var isKnown = contents.Past.Any(past => past.Name == end.Epoch) || contents.End.Epoch == end.Epoch;
        var gone = contents.Gone.Where(gone => reader.Wants(gone.Key)).Select(gone => gone.Value).Append(end)
            .MaxBy(gone => gone, CursorOrder.Comparer);
        var doubt = contents.DoubtAfter(end);
        if (!isKnown && new EventCursor(contents.End.Epoch, 0) is var begin && gone.IsAtOrBefore(begin)) gone = begin;
        if (doubt is { } place && gone.IsAtOrBefore(place)) gone = place;
        if (gone == end) return;
        reader.Tell(new LostEvent(end, gone, isKnown && doubt is null ? LostReason.Trimmed : LostReason.Restart)
        {
            StreamId = StreamId,
            Cursor = gone,
            At = _time.GetUtcNow(),
        });
    }

    private void Resume(EventSubscription reader, EventCursor after, EventCursor end)
    {
        var lastOf = after.Epoch == _epoch ? _numbered : _past.FirstOrDefault(past => past.Name == after.Epoch)?.Last;
        // Of an epoch of this log, but beyond its end: no event ever had that place.
        var isBeyond = lastOf < after.Sequence;
        var isKnown = (lastOf is not null && !isBeyond) || after == EventCursor.Start;
        var from = lastOf is { } last ? after with { Sequence = Math.Min(after.Sequence, last) } : EventCursor.Start;
        var wanted = _kept.Where(kept => reader.Wants(kept.Key)).Select(kept => kept.Value).ToArray();
        var doubt = new LogContents(end, _past, [], []).DoubtAfter(from);
        var gone = wanted.Select(kept => kept.GoneUpTo).Append(doubt ?? from).Append(from).MaxBy(gone => gone, CursorOrder.Comparer);
        StreamEvent[] backlog =
            [.. wanted.SelectMany(kept => kept.After(from)).OrderBy(kept => kept.Cursor!.Value, CursorOrder.Comparer)];
        reader.Begin(after, end, backlog, [.. _past.Select(past => past.Name), _epoch]);
        if (isKnown && gone == from) return;
        var reason = !isKnown ? isBeyond ? LostReason.UnknownEpoch : Epochs.WhyUnknown(after.Epoch, _serverEpoch)
            : doubt is null ? LostReason.Trimmed : LostReason.Restart;
        // What comes next is the first thing behind the hole, or before it: the place right before that loses nothing to who comes back
        // with it.
        var rest = backlog.Length > 0 && backlog[0].Cursor is { } next ? next with { Sequence = next.Sequence - 1 } : end;
        reader.Lose(new LostEvent(after, gone == EventCursor.Start ? new EventCursor(FirstEpoch, 0) : gone, reason)
        {
            StreamId = StreamId,
            Cursor = rest,
            At = _time.GetUtcNow(),
        });
    }

    private string FirstEpoch => _past.Length > 0 ? _past[0].Name : _epoch;

    private KeptEvents Of(Type type)
    {
        if (!_kept.TryGetValue(type, out var kept)) _kept.Add(type, kept = new KeptEvents(_retention.Of(type)));
        return kept;
    }

    private void Keep(StreamEvent stamped, int bytes)
    {
        var kept = Of(stamped.GetType());
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
