using System.Diagnostics.Metrics;

namespace AVServer.Server.Storage.History;

/// <summary>What became of the events that were to be kept.</summary>
internal sealed class HistoryMetrics
{
    public const string MeterName = "AVServer.Server.History";

    private readonly Counter<long> _written;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _expired;

    public HistoryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("avserver.history.written", description: "Events that were kept.");
        _lost = meter.CreateCounter<long>(
            "avserver.history.lost", description: "Events that were not kept because the store was too slow or away.");
        _failures = meter.CreateCounter<long>(
            "avserver.history.failures", description: "Writes that the store refused; they are tried again.");
        _expired = meter.CreateCounter<long>(
            "avserver.history.expired", description: "Events that were deleted at the end of their retention, or for room.");
    }

    public void Written(int events) => _written.Add(events);

    public void Lost(int events) => _lost.Add(events);

    public void Failed() => _failures.Add(1);

    public void Expired(int events) => _expired.Add(events);
}
