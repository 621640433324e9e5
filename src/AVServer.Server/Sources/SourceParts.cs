using AVServer.Media.Pull;
using AVServer.Server.Configuration;
using AVServer.Server.Observability;
using AVServer.Server.Streams;

namespace AVServer.Server.Sources;

/// <summary>What every source needs.</summary>
internal sealed record SourceParts(
    LivePull Pull, PullOptions Options, PullRules Rules, StreamRegistry Streams, ServerLimits Limits, FaultReports Faults,
    SourceMetrics Metrics, TimeProvider Time, ILogger Logger);
