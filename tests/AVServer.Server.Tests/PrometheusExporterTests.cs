using System.Diagnostics.Metrics;
using AVServer.Server.Metrics;

namespace AVServer.Server.Tests;

[Trait("Category", "unit")]
public sealed class PrometheusExporterTests
{
    [Fact]
    public async Task Series_that_appear_while_the_text_is_written_disturb_nothing()
    {
        using var meter = new Meter("AVServer.Exporter.Test");
        using var exporter = new PrometheusExporter();
        var counter = meter.CreateCounter<long>("avserver.exporter_test");
        var newcomers = Task.Run(() =>
        {
            for (var label = 0; label < 5_000; label++) counter.Add(1, new KeyValuePair<string, object?>("label", label));
        });

        while (!newcomers.IsCompleted) exporter.Write();
        await newcomers;

        Assert.Contains("\navserver_exporter_test_total{label=\"4999\"} 1\n", exporter.Write(), StringComparison.Ordinal);
    }
}
