using System.Diagnostics.Metrics;
using AVServer.Server.Observability;

namespace AVServer.Server.Streams;

/// <summary>
/// Reads twice a second how far the streams lie behind. Where more were taken than the machine can hear, those that came last are refused
/// after all.
/// </summary>
internal sealed partial class OverloadMonitor : IHostedService, IDisposable
{
    /// <summary>Time between two readings.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly StreamRegistry _registry;
    private readonly Admission _admission;
    private readonly TimeProvider _time;
    private readonly ILogger<OverloadMonitor> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _last;
    private bool _wasOpen = true;

    public OverloadMonitor(
        StreamRegistry registry, Admission admission, IMeterFactory meters, TimeProvider time, ILogger<OverloadMonitor> logger)
    {
        (_registry, _admission, _time, _logger) = (registry, admission, time, logger);
        _last = time.GetTimestamp();
        // A thread of its own: in the pool it would wait behind the very work that is too much.
        _thread = new Thread(MeasureUntilStopped)
        {
            IsBackground = true,
            Name = nameof(OverloadMonitor),
            Priority = ThreadPriority.AboveNormal
        };
        var meter = meters.Create(ServerMetrics.MeterName);
        meter.CreateObservableGauge(
            "avserver.streams.lag", () => admission.Lag.TotalSeconds, "s", "How far half of the live streams lie behind, or less.");
        meter.CreateObservableGauge(
            "avserver.streams.slowest.lag", () => admission.Slowest.TotalSeconds, "s", "How far the slowest live stream lies behind.");
        meter.CreateObservableGauge(
            "avserver.streams.admitted", () => admission.IsOpen ? 1 : 0,
            description: "Whether new streams are taken: 1, or 0 while the machine is behind.");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
    }

    public void Dispose() => _stop.Cancel();

    /// <summary>Reads once, and ends what is too much.</summary>
    public void Measure()
    {
        var elapsed = _time.GetElapsedTime(_last);
        _last = _time.GetTimestamp();
        var live = new List<(LiveStream Stream, StreamProgress Progress)>();
        foreach (var stream in _registry.Streams)
            if (!stream.IsEnding && stream.Lag.Read() is { } progress) live.Add((stream, progress));
        var tooMany = _admission.Observe([.. live.Select(each => each.Progress)], elapsed);
        if (_wasOpen != _admission.IsOpen) Log.Turned(_logger, _wasOpen ? "refused" : "taken", _admission.Lag.TotalSeconds);
        _wasOpen = _admission.IsOpen;
        // The last one goes on, however slowly: ended it would be of no use at all.
        foreach (var (stream, _) in live.Skip(1).Reverse().Take(tooMany)) stream.Refuse(_registry.TooBusy());
    }

    private void MeasureUntilStopped()
    {
        while (!_stop.Token.WaitHandle.WaitOne(Interval)) Measure();
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.AdmissionTurned, LogLevel.Warning, "New streams are {Turn}: the open ones lie {Seconds:F2} s behind.")]
        public static partial void Turned(ILogger logger, string turn, double seconds);
    }
}
