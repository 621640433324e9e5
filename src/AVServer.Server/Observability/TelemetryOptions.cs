namespace AVServer.Server.Observability;

/// <summary>
/// Where figures and traces go besides <c>/metrics</c>, from the section <c>Telemetry</c>; checked before the port opens.
/// </summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// A collector that takes OTLP over HTTP, like <c>http://localhost:4318</c>; metrics go to <c>v1/metrics</c> beneath it, traces to
    /// <c>v1/traces</c>.
    /// Default: absent, no trace is made and nothing leaves the machine.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>
    /// Share of the traces that are made and sent, 0 to 1; whoever calls with a trace of his own decides for it. Default 1.
    /// </summary>
    public double TraceRatio { get; set; } = 1;
}
