using System.Diagnostics.Metrics;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>What became of the events that were to be published.</summary>
internal sealed class MqttMetrics
{
    public const string MeterName = "AVServer.Server.Mqtt";

    private readonly Counter<long> _published;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _dropped;
    private readonly UpDownCounter<long> _waiting;
    private readonly UpDownCounter<long> _connected;

    public MqttMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>("avserver.mqtt.published", description: "Events that the broker took.");
        _failed = meter.CreateCounter<long>(
            "avserver.mqtt.failures", description: "Connections to the broker that failed or broke; they are made again.");
        _dropped = meter.CreateCounter<long>("avserver.mqtt.dropped", description: "Events that the broker did not get.");
        _waiting = meter.CreateUpDownCounter<long>("avserver.mqtt.waiting", description: "Events that wait for the broker.");
        _connected = meter.CreateUpDownCounter<long>("avserver.mqtt.connected", description: "Whether the broker is connected.");
    }

    public void Queued() => _waiting.Add(1);

    public void Left() => _waiting.Add(-1);

    public void Published() => _published.Add(1);

    public void Failed() => _failed.Add(1);

    public void Dropped() => _dropped.Add(1);

    public void Connected(bool connected) => _connected.Add(connected ? 1 : -1);
}
