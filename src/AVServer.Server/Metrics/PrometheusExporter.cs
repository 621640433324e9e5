using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AVServer.Server.Metrics;

/// <summary>Adds up what this project's meters measure and writes it in Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string MeterPrefix = "AVServer.";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = new();

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) return;
            listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, _ => new()));
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, series) => Record(instrument, value, tags, series));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, series) => Record(instrument, value, tags, series));
        _listener.SetMeasurementEventCallback<double>(Record);
        _listener.Start();
    }

    /// <summary>All series at this moment.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        // The dictionaries' own ToArray holds writers off; OrderBy's copy of a dictionary fails where an entry comes in between.
        foreach (var (instrument, series) in _instruments.ToArray().OrderBy(i => i.Key.Name, StringComparer.Ordinal))
        {
            var name = NameOf(instrument);
            var kind = KindOf(instrument);
            text.Append("# HELP ").Append(name).Append(' ').Append(instrument.Description).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
            foreach (var (labels, values) in series.ToArray().OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                var (count, sum) = values.Read();
                if (kind == "summary")
                {
                    AppendSample(text, name + "_count", labels, count);
                    AppendSample(text, name + "_sum", labels, sum);
                }
                else
                {
                    AppendSample(text, name, labels, sum);
                }
            }
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var series = ((ConcurrentDictionary<string, Series>)state!).GetOrAdd(LabelsOf(tags), _ => new Series());
        if (instrument.IsObservable) series.Set(value);
        else series.Add(value);
    }

    private static void AppendSample(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    private static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        if (instrument.Unit == "s") name += "_seconds";
        return KindOf(instrument) == "counter" ? name + "_total" : name;
    }

    private static string KindOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        if (kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal)) return "counter";
        return kind.StartsWith("Histogram", StringComparison.Ordinal) ? "summary" : "gauge";
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var labels = new StringBuilder("{");
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 1) labels.Append(',');
            var escaped = $"{value}".Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            labels.Append(name.Replace('.', '_')).Append("=\"").Append(escaped).Append('"');
        }
        return labels.Append('}').ToString();
    }

    private sealed class Series
    {
        private readonly Lock _gate = new();
        private long _count;
        private double _sum;

        public void Add(double value)
        {
            lock (_gate)
            {
                _count++;
                _sum += value;
            }
        }

        public void Set(double value)
        {
            lock (_gate)
            {
                _count = 1;
                _sum = value;
            }
        }

        public (long Count, double Sum) Read()
        {
            lock (_gate) return (_count, _sum);
        }
    }
}
