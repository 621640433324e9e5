using System.Diagnostics.Metrics;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>What became of the events that were to be posted.</summary>
internal sealed class WebhookMetrics
{
    public const string MeterName = "AVServer.Server.Webhooks";

    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _givenUp;
    private readonly UpDownCounter<long> _waiting;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _delivered = meter.CreateCounter<long>("avserver.webhooks.delivered", description: "Events that a webhook took.");
        _failed = meter.CreateCounter<long>(
            "avserver.webhooks.failures", description: "Requests to a webhook that failed; they are made again.");
        _givenUp = meter.CreateCounter<long>("avserver.webhooks.given-up", description: "Events that a webhook did not get.");
        _waiting = meter.CreateUpDownCounter<long>("avserver.webhooks.waiting", description: "Events that wait for a webhook.");
    }

    public void Queued() => _waiting.Add(1);

    public void Left() => _waiting.Add(-1);

    public void Delivered() => _delivered.Add(1);

    public void Failed() => _failed.Add(1);

    public void GivenUp() => _givenUp.Add(1);
}
