using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Storage.Clips;
using Activity = System.Diagnostics.Activity;

namespace AVServer.Server.Streams;

/// <summary>
/// One open stream: its queue of chunks, its run through the pipeline and its events. Whoever ends it first says why; the pipeline then
/// finishes what it has, and the last event is always <see cref="ClosedEvent"/>.
/// </summary>
internal sealed partial class LiveStream
{
    private readonly StreamRequest _request;
    private readonly ClipRecorder? _clips;
    private readonly EventLog _log;
    private readonly ServerLimits _limits;
    private readonly TimeProvider _time;
    private readonly ServerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ChunkQueue _queue;
    private readonly ITimer _idleTimer;
    private readonly ChunkArrivals _arrivals;
    private readonly bool _isContainer;
    private readonly TaskCompletionSource<StreamOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopping = new();
    private Action? _stopRun;   // null while there is no run that could be stopped
    private long _lastActivity;
    private long _mediaTimeTicks;
    private volatile bool _senderWaits;
    private Ending? _ending;

    public LiveStream(
        StreamRequest request, string transport, EventLog log, ServerLimits limits, bool dropsLate, ClipRecorder? clips, TimeProvider time,
        ServerMetrics metrics, ILogger logger)
    {
        Lag = new StreamLag(time);
        _arrivals = new ChunkArrivals(time);
        _isContainer = request.Hello.Container is not null;
        _request = request with { Tap = _isContainer ? new LagTap(Lag, clips) : clips };
        _clips = clips;
        _log = log;
        _limits = limits;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        var pace = new SenderPace(time, slack: TimeSpan.Zero);
        _queue = new ChunkQueue(
            limits.QueuedChunks, limits.QueuedBytes, limits.QueuedPictures, limits.QueuedPictureBytes,
            media => pace.IsLive(media) && dropsLate, OnPicturesDropped);
        _lastActivity = time.GetTimestamp();
        _idleTimer = time.CreateTimer(_ => CheckIdle(), null, limits.IdleTimeout, Timeout.InfiniteTimeSpan);
        Transport = transport;
        OpenedAt = time.GetUtcNow();
        OpenedAfter = log.End;
    }

    public string Id => _request.StreamId;

    /// <summary>How its media comes: <c>webSocket</c>, <c>put</c>, <c>hub</c> or <c>pull</c>.</summary>
    public string Transport { get; }

    public DateTimeOffset OpenedAt { get; }

    /// <summary>How far the pipeline lies behind what came.</summary>
    public StreamLag Lag { get; }

    /// <summary>Place of the last event under this id from before this stream.</summary>
    public EventCursor OpenedAfter { get; }

    /// <summary>Media time of the last raw chunk; zero for a container, whose time is inside it.</summary>
    public TimeSpan MediaTime => TimeSpan.FromTicks(Interlocked.Read(ref _mediaTimeTicks));

    /// <summary>Ends after the last event was published and the id is free.</summary>
    public Task<StreamOutcome> Completion => _completion.Task;

    /// <summary>Whether it takes nothing more.</summary>
    public bool IsEnding => _ending is not null;

    /// <summary>As <c>/api/streams</c> lists it.</summary>
    /// <param name="node">Name of this node; null where there is no other.</param>
    public StreamSummary Summary(string? node) => new(Id, Transport, OpenedAt, MediaTime, node);

    /// <summary>Hands a chunk to the pipeline; waits while its queue is full. One caller at a time.</summary>
    /// <returns><see langword="false"/> once the stream takes nothing more; <see cref="Completion"/> says why.</returns>
    public async ValueTask<bool> AcceptAsync(MediaChunk chunk)
    {
        _metrics.ChunkReceived(chunk.Payload.Length);
        if (chunk.Payload.IsEmpty)
        {
            // Nothing came, but its sender is there.
            Interlocked.Exchange(ref _lastActivity, _time.GetTimestamp());
            return !IsEnding;
        }
        if (chunk.Kind is MediaKind.Audio or MediaKind.Video) Interlocked.Exchange(ref _mediaTimeTicks, chunk.Time.Ticks);
        if (chunk.Kind == MediaKind.Audio)
        {
            Lag.Arrived(chunk.Time);
            _arrivals.Arrived();
        }
        else if (_isContainer) Lag.Sent(came: true);
        _senderWaits = true;
        var writing = _queue.WriteAsync(chunk);
        if (!writing.IsCompleted) _metrics.SenderWaited();
        var accepted = await writing;
        if (_isContainer) Lag.Sent(came: false);
        Interlocked.Exchange(ref _lastActivity, _time.GetTimestamp());
        _senderWaits = false;
        return accepted;
    }

    /// <summary>No more media comes. The first reason counts.</summary>
    public void End(CloseReason reason) => End(new Ending(reason, null));

    /// <summary>The sender broke the protocol: no more media is taken.</summary>
    public void Fail(string code, string message) => End(new Ending(CloseReason.Faulted, new FaultEvent(code, message)));

    /// <summary>Tells its readers of something that only its sender knows.</summary>
    public void Tell(WarningEvent warning)
    {
        if (!IsEnding) _log.Append(warning);
    }

    /// <summary>Ends it without hearing what waits: it was taken, but the machine can't keep up with it.</summary>
    public void Refuse(RefusedException busy)
    {
        _metrics.StreamRefused();
        Fail(busy.Code, busy.Message);
        _queue.Abandon();
        lock (_stopping) _stopRun?.Invoke();
    }

    /// <summary>Runs the pipeline to the stream's end. Called once, and <see cref="Complete"/> after it; never throws.</summary>
    /// <param name="pipeline">What hears the media.</param>
    /// <param name="onClosed">Called just before the last event is seen by anyone.</param>
    /// <param name="stopNow">Stops the pipeline where it is.</param>
    public async Task<StreamOutcome> RunAsync(IStreamPipeline pipeline, Action onClosed, CancellationToken stopNow)
    {
        using var span = ServerTraces.StartStream(Id, Transport);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopNow);
        lock (_stopping) _stopRun = () => _ = stop.CancelAsync();   // what follows runs elsewhere than at whoever stops it
        var closed = new ClosedEvent(CloseReason.Completed, MediaTime);
        FaultEvent? fault = null;
        try
        {
            await foreach (var streamEvent in pipeline.RunAsync(_request, ReadAllAsync(stop.Token), stop.Token))
            {
                if (streamEvent is ClosedEvent last)
                {
                    closed = last;
                    break;
                }
                fault = streamEvent as FaultEvent ?? fault;
                var published = Publish(streamEvent, span);
                _clips?.AcceptEvent(published);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            End(CloseReason.ServerStopping);
            closed = new ClosedEvent(CloseReason.Completed, MediaTime);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var faultId = FaultId.New();
            Log.PipelineFailed(_logger, faultId, Id, exception);
            fault = new FaultEvent(FaultCodes.Internal, FaultId.MessageFor(faultId));
            End(new Ending(CloseReason.Faulted, fault));
            // Also where the sender had said that it was done: what it sent was not heard to its end.
            _log.Append(fault);
            closed = new ClosedEvent(CloseReason.Faulted, MediaTime);
        }
        lock (_stopping) _stopRun = null;
        return await FinishAsync(closed, fault, onClosed, span);
    }

    /// <summary>Tells all who wait for <see cref="Completion"/>.</summary>
    public void Complete(StreamOutcome outcome) => _completion.SetResult(outcome);

    private async IAsyncEnumerable<MediaChunk> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in _queue.ReadAllAsync(cancellationToken))
        {
            if (chunk.Kind == MediaKind.Audio) _arrivals.Taken();
            yield return chunk;
            if (chunk.Kind == MediaKind.Audio) Lag.Finished();
        }
    }

    // What was noticed in sound has a way behind it: from when the last of the sound came.
    private StreamEvent Publish(StreamEvent streamEvent, Activity? stream)
    {
        if (streamEvent is not (WakeWordEvent or SpeechEvent or EmotionEvent) || _arrivals.Last is not { } arrived)
            return _log.Append(streamEvent);
        using var span = ServerTraces.StartEvent(stream, Id, arrived);
        var published = _log.Append(streamEvent);
        _metrics.EventDelayed(published, _time.GetUtcNow() - arrived);
        ServerTraces.Describe(span, published);
        return published;
    }

    private async Task<StreamOutcome> FinishAsync(ClosedEvent closed, FaultEvent? fault, Action onClosed, Activity? span)
    {
        _queue.Abandon();
        _idleTimer.Dispose();
        _clips?.Complete();
        // The pipeline knows faults of the media; everything else about the end is known here.
        if (closed.Reason == CloseReason.Completed && _ending is { } ending)
        {
            closed = closed with { Reason = ending.Reason };
            fault = ending.Fault ?? fault;
            if (ending.Fault is not null) _log.Append(ending.Fault);
        }
        _log.Append(closed, onClosed);
        await _log.FlushAsync();
        Log.Closed(_logger, Id, closed.Reason, closed.Duration.TotalSeconds);
        ServerTraces.EndStream(span, closed, fault);
        return new StreamOutcome(closed, closed.Reason == CloseReason.Faulted ? fault : null);
    }

    private void End(Ending ending)
    {
        Interlocked.CompareExchange(ref _ending, ending, null);
        _queue.Complete();
    }

    private void OnPicturesDropped(GapEvent gap)
    {
        _metrics.PicturesDropped();
        _log.Append(gap);
    }

    private void CheckIdle()
    {
        var remaining = _limits.IdleTimeout - _time.GetElapsedTime(Interlocked.Read(ref _lastActivity));
        if (_senderWaits) remaining = _limits.IdleTimeout;
        if (remaining <= TimeSpan.Zero) End(CloseReason.Idle);
        else _idleTimer.Change(remaining, Timeout.InfiniteTimeSpan);
    }

    private sealed class LagTap(StreamLag lag, ISoundTap? next) : ISoundTap
    {
        public void AcceptSamples(TimeSpan start, int sampleRateHz, ReadOnlySpan<float> samples)
        {
            lag.Decoded(start + TimeSpan.FromSeconds((double)samples.Length / sampleRateHz));
            next?.AcceptSamples(start, sampleRateHz, samples);
        }
    }

    private sealed record Ending(CloseReason Reason, FaultEvent? Fault);

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.StreamFailed, LogLevel.Error, "The server failed, {Id}: stream {StreamId} in the pipeline.")]
        public static partial void PipelineFailed(ILogger logger, string id, string streamId, Exception exception);

        [LoggerMessage(LogEventIds.StreamClosed, LogLevel.Information, "Stream {StreamId} closed: {Reason} after {Seconds:F1} s of media.")]
        public static partial void Closed(ILogger logger, string streamId, CloseReason reason, double seconds);
    }
}
