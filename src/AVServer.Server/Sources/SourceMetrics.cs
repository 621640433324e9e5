using System.Diagnostics.Metrics;

namespace AVServer.Server.Sources;

/// <summary>How it goes with what is pulled.</summary>
internal sealed class SourceMetrics
{
    public const string MeterName = "AVServer.Server.Sources";

    private readonly UpDownCounter<long> _open;
    private readonly UpDownCounter<long> _running;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _givenUp;
    private readonly Counter<long> _bytes;

    public SourceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _open = meter.CreateUpDownCounter<long>("avserver.sources.open", description: "Sources that media is pulled from, or is to be.");
        _running = meter.CreateUpDownCounter<long>("avserver.sources.running", description: "Sources of which media comes.");
        _failed = meter.CreateCounter<long>(
            "avserver.sources.failures", description: "Connections to sources that failed or broke, by code.");
        _givenUp = meter.CreateCounter<long>("avserver.sources.given-up", description: "Sources that are not tried any more.");
        _bytes = meter.CreateCounter<long>("avserver.sources.bytes", description: "Bytes of decoded sound and pictures of sources.");
    }

    public void Opened(bool open) => _open.Add(open ? 1 : -1);

    public void Running(bool running) => _running.Add(running ? 1 : -1);

    public void Failed(string code) => _failed.Add(1, new KeyValuePair<string, object?>("code", code));

    public void GivenUp() => _givenUp.Add(1);

    public void Received(int bytes) => _bytes.Add(bytes);
}
