using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Storage.Clips;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Streams;

/// <summary>The open streams: one sender an id, no more than the limit, none once the server drains.</summary>
internal sealed partial class StreamRegistry(
    IStreamPipeline pipeline, EventBroker broker, ISharedEvents shared, ClipStore clips, Admission admission, IOptions<ServerLimits> limits,
    IOptions<PipelineOptions> listening, TimeProvider time, ServerMetrics metrics, ILogger<StreamRegistry> logger) : IDisposable
{
    private const string TakenElsewhere =
        "This node was cut off from the others for so long that another one took the stream; send to the address of all nodes.";

    private readonly CancellationTokenSource _stopNow = new();
    // While what the nodes share is away, an end isn't held up by it for longer.
    private static readonly TimeSpan LongestGiveBack = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveStream> _streams = [];
    private readonly ServerLimits _limits = limits.Value;
    private bool _draining;

    /// <summary>Whether new streams are taken.</summary>
    public bool IsDraining
    {
        get { lock (_gate) return _draining; }
    }

    /// <summary>Who writes down what is said on the streams.</summary>
    public string Transcriber => pipeline.Transcriber;

    /// <summary>The open streams, oldest first.</summary>
    public IReadOnlyList<LiveStream> Streams
    {
        get { lock (_gate) return [.. _streams.Values.OrderBy(stream => stream.OpenedAt)]; }
    }

    /// <summary>Opens a stream and starts its run.</summary>
    /// <exception cref="RefusedException">
    /// No such id can be, the id is in use here or on another node, the server is full or draining.
    /// </exception>
    public async Task<LiveStream> OpenAsync(StreamRequest request, string transport)
    {
        StreamIds.Check(request.StreamId);
        var log = broker.Hold(request.StreamId);
        IStreamLease? lease = null;
        try
        {
            lease = await shared.LeaseAsync(log);
            return Open(request, transport, log, lease);
        }
        catch
        {
            if (lease is not null) await lease.DisposeAsync();
            broker.Release(log);
            throw;
        }
    }

    /// <summary>What a stream is told that the machine can't keep up with.</summary>
    public RefusedException TooBusy() => new(
        FaultCodes.ServerBusy,
        admission.Lag >= _limits.MaxLag / 2
            ? $"This machine can't keep up: the open streams lie {admission.Lag.TotalSeconds:F1} s behind, and new ones are taken again "
                + $"below {_limits.MaxLag.TotalSeconds / 2:F1} s; try again later, or send to another."
            : "This machine hears as many streams as it lately could, and takes more bit by bit; try again later, or send to another.");

    /// <summary>The open stream of an id.</summary>
    public LiveStream? Find(string streamId)
    {
        lock (_gate) return _streams.GetValueOrDefault(streamId);
    }

    /// <summary>Takes no new streams, lets the open ones finish, and stops those that do not within the limit.</summary>
    public async Task DrainAsync()
    {
        lock (_gate) _draining = true;
        var open = Streams;
        if (open.Count > 0) Log.Draining(logger, open.Count);
        foreach (var stream in open) stream.End(CloseReason.ServerStopping);
        Task all = Task.WhenAll(open.Select(stream => stream.Completion));
        try
        {
            await all.WaitAsync(_limits.DrainTimeout, time);
        }
        catch (TimeoutException)
        {
            await _stopNow.CancelAsync();
            await all.WaitAsync(_limits.CloseTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _stopNow.Dispose();

    private LiveStream Open(StreamRequest request, string transport, EventLog log, IStreamLease lease)
    {
        LiveStream stream;
        lock (_gate)
        {
            if (_draining) throw RefusedException.Stopping();
            if (_streams.ContainsKey(request.StreamId))
                throw new RefusedException(
                    FaultCodes.StreamBusy, "Someone already sends on this stream id; choose another or close that stream first.");
            if (_streams.Count >= _limits.MaxStreams)
                throw Refused(new RefusedException(
                    FaultCodes.ServerBusy, $"Expected at most {_limits.MaxStreams} open streams; try again later."));
            if (!admission.TryEnter()) throw Refused(TooBusy());
            stream = new LiveStream(
                request, transport, log, _limits, listening.Value.DropLatePictures, clips.Recorder(), time, metrics, logger);
            _streams.Add(stream.Id, stream);
        }
        metrics.StreamOpened();
        Log.Opened(logger, stream.Id, transport);
        _ = RunAsync(stream, log, lease);
        return stream;
    }

    private RefusedException Refused(RefusedException refused)
    {
        metrics.StreamRefused();
        return refused;
    }

    private async Task RunAsync(LiveStream stream, EventLog log, IStreamLease lease)
    {
        await Task.Yield();   // the opener answers its client before the pipeline's first step
        StreamOutcome outcome;
        await using (lease.Lost.Register(() => stream.Fail(FaultCodes.StreamBusy, TakenElsewhere)))
            outcome = await stream.RunAsync(pipeline, onClosed: () => Remove(stream), _stopNow.Token);
        // Who sent is told the end when the id is free, so that he can come back at once.
        var free = lease.DisposeAsync().AsTask();
        await free.WaitAsync(LongestGiveBack, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stream.Complete(outcome);
        await free;
        broker.Release(log);
    }

    private void Remove(LiveStream stream)
    {
        lock (_gate) _streams.Remove(stream.Id);
        metrics.StreamClosed();
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.StreamOpened, LogLevel.Information, "Stream {StreamId} opened by {Transport}.")]
        public static partial void Opened(ILogger logger, string streamId, string transport);

        [LoggerMessage(LogEventIds.Draining, LogLevel.Information, "Draining {Count} open streams.")]
        public static partial void Draining(ILogger logger, int count);
    }
}
