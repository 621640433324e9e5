using System.Diagnostics.Metrics;

namespace AVServer.Runtime;

/// <summary>What batches look like from outside: meter <c>AVServer.Runtime</c>.</summary>
internal sealed class BatchMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<int> _size;
    private readonly Histogram<double> _queueDelay;
    private readonly Counter<long> _failedSteps;
    private readonly KeyValuePair<string, object?> _model;

    public BatchMetrics(string model, IMeterFactory? factory)
    {
        _meter = factory?.Create(RuntimeMeter.Name) ?? new Meter(RuntimeMeter.Name);
        _size = _meter.CreateHistogram<int>("avserver.batch.size", "{step}", "Streams that ran in one batch.");
        _queueDelay = _meter.CreateHistogram<double>("avserver.batch.queue_delay", "s", "How long the oldest step of a batch waited.");
        _failedSteps = _meter.CreateCounter<long>("avserver.batch.failed_steps", "{step}", "Steps that the model refused.");
        _model = new KeyValuePair<string, object?>("model", model);
    }

    public void Ran(int size, TimeSpan queueDelay)
    {
        _size.Record(size, _model);
        _queueDelay.Record(queueDelay.TotalSeconds, _model);
    }

    public void Failed() => _failedSteps.Add(1, _model);

    public void Dispose() => _meter.Dispose();
}

/// <summary>Where the runtime's figures are found.</summary>
public static class RuntimeMeter
{
    /// <summary>Name of the meter, for an exporter.</summary>
    public const string Name = "AVServer.Runtime";
}
