using System.Globalization;
using System.Text.RegularExpressions;
using AVServer.Contracts;

namespace AVServer.Server.Tests.Kit;

/// <summary>What <c>/metrics</c> gave, read as Prometheus reads it.</summary>
internal sealed partial class Scrape
{
    /// <summary>One sample: its name, its labels in their order, its value.</summary>
    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    public List<Sample> Series { get; } = [];

    /// <summary>What a family of series is, by its name.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>What a family of series means, by its name.</summary>
    public Dictionary<string, string> Help { get; } = [];

    public string? ContentType { get; private init; }

    /// <summary>The value of a series.</summary>
    public double this[string name, params (string Name, string Value)[] labels] =>
        Assert.Single(Series, sample => sample.Name == name && labels.All(label => sample.Labels[label.Name] == label.Value)).Value;

    public static async Task<Scrape> OfAsync(RunningServer server)
    {
        using var response = await server.Http.GetAsync(Routes.Metrics);
        response.EnsureSuccessStatusCode();
        var scrape = new Scrape { ContentType = response.Content.Headers.ContentType?.MediaType };
        foreach (var line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            scrape.Read(line);
        return scrape;
    }

    private void Read(string line)
    {
        if (line.StartsWith('#'))
        {
            var words = line.Split(' ', 4);
            (words[1] == "TYPE" ? Types : Help).Add(words[2], words[3]);
            return;
        }
        var match = SampleLine().Match(line);
        Assert.True(match.Success, $"Expected a sample, got '{line}'.");
        var labels = LabelPair().Matches(match.Groups["labels"].Value)
            .ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        Series.Add(new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex LabelPair();
}
