using System.Security.Cryptography;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Media.Pull;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;

namespace AVServer.Server.Sources;

/// <summary>
/// One source: connected to again and again, after pauses that grow, until somebody ends it or it was tried too often. Its stream is opened
/// with the first media and stays open over breaks, whose length is told as a gap.
/// </summary>
internal sealed partial class PulledSource : IDisposable
{
    /// <summary>How the media of a pulled stream comes.</summary>
    public const string Transport = "pull";

    private readonly PullRequest _pull;
    private readonly StreamRequest _stream;
    private readonly SourceParts _parts;
    private readonly PullOptions _options;
    private readonly PullRules _rules;
    private readonly KeyLimits.ByteQuota _quota;
    private readonly IDisposable _place;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();   // not disposed: whoever ends it may come late
    private readonly TaskCompletionSource<SourceFault?> _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private SourceStatus _status;
    private LiveStream? _live;
    private SourceClock _clock;

    /// <param name="pull">What is pulled.</param>
    /// <param name="stream">The stream that it becomes.</param>
    /// <param name="parts">What every source needs.</param>
    /// <param name="quota">What its media counts against.</param>
    /// <param name="place">Given back when it has ended.</param>
    public PulledSource(PullRequest pull, StreamRequest stream, SourceParts parts, KeyLimits.ByteQuota quota, IDisposable place)
    {
        (_pull, _stream, _parts, _quota, _place) = (pull, stream, parts, quota, place);
        (_options, _rules, _time) = (parts.Options, parts.Rules, parts.Time);
        _clock = new SourceClock(_time);
        _status = new SourceStatus(stream.StreamId, pull.Address.Shown, SourceState.Connecting, _time.GetUtcNow(), Tries: 0);
    }

    public string StreamId => _stream.StreamId;

    /// <summary>How it goes.</summary>
    public SourceStatus Status
    {
        get { lock (_gate) return _status; }
    }

    /// <summary>Whether it has ended by itself.</summary>
    public bool IsOver => Status.State is SourceState.Failed or SourceState.Ended;

    /// <summary>Ends with the first media, then without a fault, or with the first try that brought none.</summary>
    public Task<SourceFault?> FirstTry => _firstTry.Task;

    /// <summary>Ends when nothing of it runs any more.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins. Called once.</summary>
    public void Start()
    {
        _parts.Metrics.Opened(true);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends it, and its stream when what came was heard.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Completion;
    }

    public void Dispose() => _place.Dispose();

    private async Task RunAsync()
    {
        // What was opened once stays open while it is tried again.
        await using var alive = _time.CreateTimer(
            _ => _ = _live?.AcceptAsync(new MediaChunk(MediaKind.Container, TimeSpan.Zero, default)).AsTask(), null,
            _parts.Limits.IdleTimeout / 3, _parts.Limits.IdleTimeout / 3);
        try
        {
            await TryUntilOverAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Somebody ended it.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var id = _parts.Faults.Report(exception);
            GiveUp(new SourceFault(FaultCodes.Internal, FaultId.MessageFor(id)));
        }
        _firstTry.TrySetCanceled();
        if (_live is { } live)
        {
            live.End(CloseReason.Completed);
            await live.Completion;
        }
        _parts.Metrics.Opened(false);
        _place.Dispose();
    }

    private async Task TryUntilOverAsync()
    {
        var pause = _options.FirstPause;
        for (var tries = 1; ; tries++)
        {
            Set(status => status with { State = SourceState.Connecting, NextTryAt = null, Tries = tries - 1 });
            var began = _time.GetTimestamp();
            var fault = await PullAsync();
            if (fault is null)
            {
                Set(status => status with { State = SourceState.Ended, NextTryAt = null });
                return;
            }
            _parts.Metrics.Failed(fault.Code);
            // What ran for long is tried as if for the first time; what lets in and throws out at once is not.
            if (_time.GetElapsedTime(began) > _options.LongestPause + _options.AnswerTimeout) (tries, pause) = (1, _options.FirstPause);
            if (IsFinal(fault) || tries == _options.MaxTries)
            {
                Set(status => status with { Tries = tries });
                GiveUp(fault);
                return;
            }
            var jittered = pause * (0.5 + (RandomNumberGenerator.GetInt32(1_000) / 1_000.0));
            Set(status => status with
            {
                State = SourceState.Waiting,
                Tries = tries,
                Fault = fault,
                NextTryAt = _time.GetUtcNow() + jittered,
            });
            Log.Lost(_parts.Logger, StreamId, _pull.Address.Shown, fault.Message, jittered.TotalSeconds);
            _live?.Tell(new WarningEvent(
                WarningCodes.SourceLost, $"The source is lost and tried again: {fault.Message} What is missed is told as a gap."));
            _firstTry.TrySetResult(fault);
            await Task.Delay(jittered, _time, _stop.Token);
            pause = 2 * pause < _options.LongestPause ? 2 * pause : _options.LongestPause;
        }
    }

    // One connection: why it ended; null of a file that was heard to its end.
    private async Task<SourceFault?> PullAsync()
    {
        var running = false;
        try
        {
            await foreach (var chunk in _parts.Pull.ReadAsync(_pull, _rules, _stop.Token))
            {
                if (!running) await BeginAsync();
                running = true;
                if (_clock.Place(chunk) is not { } placed) continue;
                _parts.Metrics.Received(placed.Payload.Length);
                _quota.Take(placed.Payload.Length);
                if (!await _live!.AcceptAsync(placed)) return await EndedAsync(_live);
                // A server that has a recording sends it as fast as it is taken.
                if (_clock.Lead > SourceClock.LongestLead)
                    await Task.Delay(_clock.Lead - SourceClock.LongestLead, _time, _stop.Token);
            }
            return null;
        }
        catch (MediaException fault)
        {
            return new SourceFault(fault.Code, fault.Message);
        }
        catch (RefusedException refused)
        {
            return new SourceFault(refused.Code, refused.Message);
        }
        finally
        {
            if (running) _parts.Metrics.Running(false);
        }
    }

    private async Task BeginAsync()
    {
        if (_live is null || _live.IsEnding)
        {
            // Its id is free when it is closed.
            if (_live is not null) await _live.Completion;
            _clock = new SourceClock(_time);
            _live = await _parts.Streams.OpenAsync(_stream, Transport);
        }
        _clock.Connected();
        _parts.Metrics.Running(true);
        Set(status => status with { State = SourceState.Running, NextTryAt = null });
        Log.Connected(_parts.Logger, StreamId, _pull.Address.Shown);
        _firstTry.TrySetResult(null);
    }

    // The stream takes nothing more: the server stops, somebody closed it, or something is wrong with what it got.
    private static async Task<SourceFault?> EndedAsync(LiveStream live)
    {
        var outcome = await live.Completion;
        return outcome.Closed.Reason switch
        {
            CloseReason.ServerStopping => new SourceFault(FaultCodes.ServerStopping, RefusedException.Stopping().Message),
            CloseReason.Completed => null,
            _ => new SourceFault(
                outcome.Fault?.Code ?? FaultCodes.Internal, outcome.Fault?.Message ?? $"The stream was closed ({outcome.Closed.Reason})."),
        };
    }

    // What the next try would bring, too.
    private static bool IsFinal(SourceFault fault) => fault.Code is FaultCodes.ServerStopping or FaultCodes.ForbiddenAddress
        or FaultCodes.SourceRefused or FaultCodes.BadRequest or FaultCodes.UnsupportedMedia or FaultCodes.StreamBusy;

    private void GiveUp(SourceFault fault)
    {
        Set(status => status with { State = SourceState.Failed, Fault = fault, NextTryAt = null });
        _firstTry.TrySetResult(fault);
        if (fault.Code == FaultCodes.ServerStopping) return;
        _parts.Metrics.GivenUp();
        Log.GivenUp(_parts.Logger, StreamId, _pull.Address.Shown, fault.Message);
        _live?.Fail(fault.Code, fault.Message);
    }

    private void Set(Func<SourceStatus, SourceStatus> change)
    {
        lock (_gate)
        {
            var next = change(_status);
            _status = next.State == _status.State ? next : next with { Since = _time.GetUtcNow() };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.SourceConnected, LogLevel.Information, "Stream {StreamId} is pulled from {Source}.")]
        public static partial void Connected(ILogger logger, string streamId, string source);

        [LoggerMessage(
            LogEventIds.SourceLost, LogLevel.Warning,
            "The source {Source} of stream {StreamId} gives no media: {Reason} The next try is in {Seconds:F1} s.")]
        public static partial void Lost(ILogger logger, string streamId, string source, string reason, double seconds);

        [LoggerMessage(
            LogEventIds.SourceGivenUp, LogLevel.Error, "The source {Source} of stream {StreamId} is not tried any more: {Reason}")]
        public static partial void GivenUp(ILogger logger, string streamId, string source, string reason);
    }
}
