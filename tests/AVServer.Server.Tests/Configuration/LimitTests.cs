using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.Server.Cluster;
using AVServer.Server.Configuration;
using AVServer.Server.Delivery.Mqtt;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using AVServer.Server.Sources;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Configuration;

/// <summary>Every limit states what happens beyond it and what counts that, and the guide says the same.</summary>
[Trait("Category", "unit")]
public sealed partial class LimitTests
{
    // Settings among the limits that bound nothing.
    private static readonly string[] NoLimits = [nameof(ServerLimits.KeepAliveInterval), nameof(MediaLimits.TimeTolerance)];

    private static readonly Type[] LimitsOnly = [typeof(ServerLimits), typeof(MediaLimits), typeof(KeyLimitOptions)];

    private static readonly Dictionary<string, Type> Sections = new()
    {
        [ServerLimits.Section] = typeof(ServerLimits),
        ["Media:Stream"] = typeof(MediaLimits),
        ["Security:Limits"] = typeof(KeyLimitOptions),
        [JobOptions.Section] = typeof(JobOptions),
        [KeywordsOptions.Section] = typeof(KeywordsOptions),
        [HistoryOptions.Section] = typeof(HistoryOptions),
        [ClipOptions.Section] = typeof(ClipOptions),
        ["Webhooks:0"] = typeof(WebhookOptions),
        [MqttOptions.Section] = typeof(MqttOptions),
        [WyomingOptions.Section] = typeof(WyomingOptions),
        [PullOptions.Section] = typeof(PullOptions),
    };

    private static readonly IReadOnlyList<(string Name, LimitAttribute Limit)> Limits =
        [.. from section in Sections
            from property in section.Value.GetProperties()
            let limit = property.GetCustomAttribute<LimitAttribute>()
            where limit is not null
            select ($"{section.Key}:{property.Name}", limit)];

    [Fact]
    public void Every_setting_that_bounds_something_says_what_happens_beyond_it()
    {
        var silent = from type in Sections.Values
                     from property in type.GetProperties()
                     where property.CanWrite && property.GetCustomAttribute<LimitAttribute>() is null
                     where LimitsOnly.Contains(type) ? !NoLimits.Contains(property.Name) : Bound().IsMatch(property.Name)
                     select $"{type.Name}.{property.Name}";
        Assert.Empty(silent);
    }

    [Fact]
    public void Metric_of_every_limit_exists()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var instruments = new ConcurrentDictionary<string, byte>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.TryAdd(instrument.Name, 0) };
        listener.Start();
        _ = (new ServerMetrics(meters), new HistoryMetrics(meters), new ClipMetrics(meters), new WebhookMetrics(meters),
            new MqttMetrics(meters), new SourceMetrics(meters), new ClusterMetrics(meters));
        Assert.All(Limits, limit => Assert.All(limit.Limit.Metrics, metric => Assert.Contains(metric, instruments.Keys)));
        Assert.All(Limits, limit => Assert.NotEmpty(limit.Limit.Metrics));
    }

    [Fact]
    public void Guide_tells_of_every_limit_what_happens_beyond_it()
    {
        var guide = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "configuration.md"));
        var told = guide.Split("## Beyond a limit")[1].Split("\n## ")[0].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(row => Name().Matches(row.Split('|')[1]).Select(name => (Name: name.Groups[1].Value, Row: row)))
            .ToList();
        Assert.Equal(Limits.Select(limit => limit.Name).Order(), told.Select(row => row.Name).Order());
        Assert.All(Limits, limit =>
        {
            var cells = told.Single(row => row.Name == limit.Name).Row.Split('|');
            Assert.Equal(limit.Limit.Beyond.ToString(), cells[2].Trim(), ignoreCase: true);
            var series = limit.Limit.Metrics.Select(metric => $"`{metric.Replace('.', '_').Replace('-', '_')}_total`");
            Assert.Equal(string.Join(", ", series), cells[3].Trim());
        });
    }

    [GeneratedRegex("^(Max|Queued|Kept|Retention|TimeToLive)")]
    private static partial Regex Bound();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
