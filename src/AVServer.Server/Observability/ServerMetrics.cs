using System.Diagnostics.Metrics;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Events;

namespace AVServer.Server.Observability;

/// <summary>What the server counts, on the meter <see cref="MeterName"/>.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "AVServer.Server";

    private readonly UpDownCounter<long> _streamsOpen;
    private readonly Counter<long> _streamsOpened;
    private readonly Counter<long> _streamsRefused;
    private readonly Counter<long> _streamsClosed;
    private readonly Counter<long> _streamsFaulted;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _sendersWaited;
    private readonly Counter<long> _picturesDropped;
    private readonly Counter<long> _socketsAborted;
    private readonly Counter<long> _eventsForgotten;
    private readonly Counter<long> _jobsForgotten;
    private readonly Counter<long> _chunks;
    private readonly Counter<long> _chunkBytes;
    private readonly Counter<long> _events;
    private readonly Counter<long> _telemetryDropped;
    private readonly Counter<long> _slowReaders;
    private readonly Counter<long> _keyLimits;
    private readonly Histogram<double> _eventDelay;
    private readonly Histogram<double> _scoreSeconds;

    public ServerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _streamsOpen = meter.CreateUpDownCounter<long>("avserver.streams.open", description: "Streams that are open.");
        _streamsOpened = meter.CreateCounter<long>("avserver.streams.opened", description: "Streams that were opened.");
        _streamsRefused = meter.CreateCounter<long>(
            "avserver.streams.refused", description: "Streams that were refused because there were too many, or the machine was behind.");
        _streamsClosed = meter.CreateCounter<long>("avserver.streams.closed", description: "Streams that ended, by reason.");
        _streamsFaulted = meter.CreateCounter<long>("avserver.streams.faulted", description: "Faults that streams ended by, by code.");
        _refusals = meter.CreateCounter<long>("avserver.refusals", description: "What was asked for and refused, by code.");
        _sendersWaited = meter.CreateCounter<long>(
            "avserver.senders.waited", description: "Chunks and files whose sender waited for room or for his turn.");
        _picturesDropped = meter.CreateCounter<long>(
            "avserver.pictures.dropped", description: "Gaps in live pictures that the machine had no time for.");
        _socketsAborted = meter.CreateCounter<long>(
            "avserver.sockets.aborted", description: "Sockets that were cut because the peer didn't close them in time.");
        _eventsForgotten = meter.CreateCounter<long>(
            "avserver.events.forgotten.bytes", description: "Bytes of events that were let go at the end of their time, or for room.");
        _jobsForgotten = meter.CreateCounter<long>(
            "avserver.jobs.forgotten", description: "Jobs whose result was let go at the end of its time, or for room.");
        _chunks = meter.CreateCounter<long>("avserver.chunks", description: "Media chunks that were received.");
        _chunkBytes = meter.CreateCounter<long>("avserver.chunk.bytes", description: "Bytes of media that were received.");
        _events = meter.CreateCounter<long>("avserver.events", description: "Events that were published, by type.");
        _telemetryDropped = meter.CreateCounter<long>("avserver.telemetry.dropped", description: "Telemetry that slow readers missed.");
        _slowReaders = meter.CreateCounter<long>(
            "avserver.readers.ended", description: "Readers of events that were ended for being slow.");
        _keyLimits = meter.CreateCounter<long>(
            "avserver.key.limits", description: "Requests, streams, jobs and media that were refused at a limit of their key.");
        _eventDelay = meter.CreateHistogram<double>(
            "avserver.event.delay", "s",
            "Time from the arrival of the last sound in which something was noticed to the event, by type; of raw sound.");
        _scoreSeconds = meter.CreateHistogram<double>("avserver.score.duration", "s", "Time to score a file.");
    }

    public void StreamOpened()
    {
        _streamsOpen.Add(1);
        _streamsOpened.Add(1);
    }

    public void StreamClosed() => _streamsOpen.Add(-1);

    public void StreamRefused() => _streamsRefused.Add(1);

    public void Refused(string code) => _refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    public void SenderWaited() => _sendersWaited.Add(1);

    public void PicturesDropped() => _picturesDropped.Add(1);

    public void SocketAborted() => _socketsAborted.Add(1);

    public void EventsForgotten(long bytes) => _eventsForgotten.Add(bytes);

    public void JobsForgotten(int jobs) => _jobsForgotten.Add(jobs);

    public void ChunkReceived(int bytes)
    {
        _chunks.Add(1);
        _chunkBytes.Add(bytes);
    }

    public void EventPublished(StreamEvent streamEvent)
    {
        if (_events.Enabled) _events.Add(1, new KeyValuePair<string, object?>("type", EventTypes.NameOf(streamEvent)));
        if (streamEvent is ClosedEvent closed) _streamsClosed.Add(1, new KeyValuePair<string, object?>("reason", NameOf(closed.Reason)));
        if (streamEvent is FaultEvent fault) _streamsFaulted.Add(1, new KeyValuePair<string, object?>("code", fault.Code));
    }

    /// <summary>Something was noticed, and told so long after the last sound of it came.</summary>
    public void EventDelayed(StreamEvent streamEvent, TimeSpan delay)
    {
        if (_eventDelay.Enabled)
            _eventDelay.Record(delay.TotalSeconds, new KeyValuePair<string, object?>("type", EventTypes.NameOf(streamEvent)));
    }

    public void TelemetryDropped() => _telemetryDropped.Add(1);

    public void SlowReaderEnded() => _slowReaders.Add(1);

    public void KeyLimitReached(string limit) => _keyLimits.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Scored(TimeSpan duration) => _scoreSeconds.Record(duration.TotalSeconds);

    private static string NameOf(CloseReason reason) => JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());
}
