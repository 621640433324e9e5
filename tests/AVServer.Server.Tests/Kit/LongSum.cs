using System.Diagnostics.Metrics;

namespace AVServer.Server.Tests.Kit;

/// <summary>What a counter has counted since this began to listen, over all servers of the process.</summary>
internal sealed class LongSum : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _value;

    public LongSum(string meter, string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Meter.Name == meter && published.Name == instrument) listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _value, value));
        _listener.Start();
    }

    public long Value => Interlocked.Read(ref _value);

    public void Dispose() => _listener.Dispose();
}
