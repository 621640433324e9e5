using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using AVServer.Server.Cluster;
using AVServer.Server.Delivery.Mqtt;
using AVServer.Server.Observability;
using AVServer.Server.Sources;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Observability;

/// <summary>Dashboard and alerts of docs/operate ask for metrics that there are, and for labels that these have.</summary>
[Trait("Category", "unit")]
public sealed partial class OperateTests
{
    private static readonly string Folder = Path.Combine(TestPaths.RepositoryRoot, "docs", "operate");

    // What a scrape of the whole server has, with its labels, and what other meters bring; the last is Prometheus's own.
    private static readonly Dictionary<string, string[]> Known = MetricsTests.Series
        .Select(series => Series().Match(series))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["labels"].Value.Split(','))
        .Concat(OfMeters()).DistinctBy(series => series.Key).Append(new("up", ["job"])).ToDictionary();

    private static readonly string[] Functions =
    [
        "histogram_quantile", "increase", "label_values", "max", "min", "rate", "sum", "by", "or", "instance", "le", "code", "type",
        "model", "reason", "limit", "job", "m", "h", "s",
    ];

    [Fact]
    public void Every_panel_asks_for_metrics_that_there_are()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToArray();
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var drawn = panels.Where(panel => panel.GetProperty("type").GetString() != "row").ToArray();
        Assert.All(drawn, panel =>
        {
            Assert.NotEmpty(panel.GetProperty("description").GetString()!);
            var targets = panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!).ToArray();
            Assert.NotEmpty(targets);
            Assert.All(targets, AssertKnown);
        });
        var variables = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Where(variable => variable.GetProperty("type").GetString() == "query");
        Assert.All(variables, variable => AssertKnown(variable.GetProperty("query").GetProperty("query").GetString()!));
    }

    [Fact]
    public void Every_alert_asks_for_metrics_that_there_are_and_says_what_to_do()
    {
        var alerts = File.ReadAllText(Path.Combine(Folder, "alerts.yml")).Split("      - alert: ")[1..];
        Assert.True(alerts.Length > 10);
        Assert.Equal(alerts.Length, alerts.Select(alert => alert.Split('\n')[0]).Distinct().Count());
        Assert.All(alerts, alert =>
        {
            AssertKnown(Expression().Match(alert).Groups[1].Value);
            Assert.Matches(Severity(), alert);
            Assert.Matches(Summary(), alert);
            Assert.Matches(Description(), alert);
        });
    }

    [Fact]
    public void Every_metric_that_tells_of_a_loss_is_looked_at()
    {
        var alerts = File.ReadAllText(Path.Combine(Folder, "alerts.yml"));
        string[] losses = [.. Known.Keys.Where(name => name.EndsWith("_lost_total", StringComparison.Ordinal)
            || name.EndsWith("_given_up_total", StringComparison.Ordinal))];
        Assert.NotEmpty(losses);
        Assert.All(losses, loss => Assert.Contains(loss, alerts, StringComparison.Ordinal));
    }

    private static void AssertKnown(string expression)
    {
        var bare = Text().Replace(Selector().Replace(expression, selector =>
        {
            var labels = Label().Matches(selector.Groups["labels"].Value).Select(label => label.Groups[1].Value).ToArray();
            Assert.All(labels, label => Assert.Contains(label, (string[])["instance", .. Known[selector.Groups["name"].Value]]));
            return selector.Groups["name"].Value;
        }), "");
        var names = Name().Matches(bare).Select(name => name.Value).Except(Functions).ToArray();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(Known.ContainsKey(name), $"Expected a metric of the server, got '{name}' in {expression}"));
    }

    private static Dictionary<string, string[]> OfMeters()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var instruments = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        listener.Start();
        _ = (new ServerMetrics(meters), new MqttMetrics(meters), new SourceMetrics(meters), new ClusterMetrics(meters));
        return instruments.Where(instrument => instrument.Name.StartsWith("avserver.", StringComparison.Ordinal))
            .Select(instrument => instrument.Name.Replace('.', '_').Replace('-', '_')
                + (instrument.GetType().Name.StartsWith("Counter", StringComparison.Ordinal) ? "_total" : ""))
            .Distinct().ToDictionary(name => name, _ => (string[])["code", "limit"]);
    }

    [GeneratedRegex(@"^(?<name>\w+)\{(?<labels>.*)\}$")]
    private static partial Regex Series();

    [GeneratedRegex(@"(?<name>\w+)\{(?<labels>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)=~?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"""[^""]*""|\$\w+|\[[^\]]*\]")]
    private static partial Regex Text();

    [GeneratedRegex(@"[a-zA-Z_:]\w*")]
    private static partial Regex Name();

    [GeneratedRegex("(?m)^        expr: (.+)$")]
    private static partial Regex Expression();

    [GeneratedRegex("(?m)^        labels: \\{severity: (page|ticket)\\}$")]
    private static partial Regex Severity();

    [GeneratedRegex("(?m)^          summary: \".+\\.\"$")]
    private static partial Regex Summary();

    [GeneratedRegex("(?m)^          description: \".+\\.\"$")]
    private static partial Regex Description();
}
