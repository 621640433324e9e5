using System.Diagnostics.Metrics;

namespace AVServer.Server.Cluster;

/// <summary>What a node shares with the others, and what it couldn't.</summary>
internal sealed class ClusterMetrics
{
    public const string MeterName = "AVServer.Server.Cluster";

    private readonly Counter<long> _shared;
    private readonly Counter<long> _local;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _streamsLost;
    private readonly Counter<long> _buried;
    private readonly Counter<long> _jobsTakenOver;
    private readonly Counter<long> _jobsGivenUp;

    public ClusterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _shared = meter.CreateCounter<long>("avserver.cluster.events.shared", description: "Events that Redis took.");
        _local = meter.CreateCounter<long>(
            "avserver.cluster.events.local", description: "Events that this node's readers were given before Redis had them.");
        _lost = meter.CreateCounter<long>(
            "avserver.cluster.events.lost", description: "Events that other nodes were never given; their readers are told.");
        _failures = meter.CreateCounter<long>(
            "avserver.cluster.failures", description: "Commands that Redis didn't answer or refused; they are tried again.");
        _streamsLost = meter.CreateCounter<long>(
            "avserver.cluster.streams.lost", description: "Streams that another node took while this one was cut off.");
        _buried = meter.CreateCounter<long>(
            "avserver.cluster.streams.freed", description: "Streams that were taken from nodes that had died.");
        _jobsTakenOver = meter.CreateCounter<long>(
            "avserver.cluster.jobs.taken_over", description: "Jobs that were begun again because the node that worked on them had died.");
        _jobsGivenUp = meter.CreateCounter<long>(
            "avserver.cluster.jobs.given_up", description: "Jobs that were given up because one node after the other died on them.");
    }

    public void Shared(int events) => _shared.Add(events);

    public void GivenLocally(int events) => _local.Add(events);

    public void Lost(int events) => _lost.Add(events);

    public void Failed() => _failures.Add(1);

    public void StreamLost() => _streamsLost.Add(1);

    public void Freed(int streams) => _buried.Add(streams);

    public void JobTakenOver() => _jobsTakenOver.Add(1);

    public void JobGivenUp() => _jobsGivenUp.Add(1);
}
