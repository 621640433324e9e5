using System.Diagnostics.Metrics;

namespace AVServer.Server.Storage.Clips;

/// <summary>What became of the clips that were to be kept.</summary>
internal sealed class ClipMetrics
{
    public const string MeterName = "AVServer.Server.Clips";

    private readonly Counter<long> _written;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _expired;

    public ClipMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("avserver.clips.written", description: "Clips that were kept.");
        _lost = meter.CreateCounter<long>(
            "avserver.clips.lost", description: "Clips that were not kept because the disk was too slow, full or away.");
        _expired = meter.CreateCounter<long>(
            "avserver.clips.expired", description: "Clips that were deleted at the end of their time, or for room.");
    }

    public void Written() => _written.Add(1);

    public void Lost() => _lost.Add(1);

    public void Expired(int clips) => _expired.Add(clips);
}
