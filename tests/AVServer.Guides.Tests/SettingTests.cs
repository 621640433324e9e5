using System.Reflection;
using System.Text.RegularExpressions;
using AVServer.Guides.Tests.Kit;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Sources;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>Every setting that a guide names is one that the server binds.</summary>
[Trait("Category", "unit")]
public sealed partial class SettingTests
{
    private static readonly Dictionary<string, Type> Sections =
        new[] { typeof(WebhookOptions).Assembly, typeof(IStreamPipeline).Assembly, typeof(RuntimeOptions).Assembly,
            typeof(MediaOptions).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is not null)
            .ToDictionary(
                type => (string)type.GetField("Section")!.GetValue(null)!,
                type => type == typeof(WebhooksOptions) ? typeof(IList<WebhookOptions>)
                    : type == typeof(SourcesOptions) ? typeof(IList<SourceOptions>) : type);

    public static TheoryData<string> Names =>
        [.. CodeBlock.Guides.SelectMany(
            guide => Mentioned().Matches(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, guide)))
                .Select(match => match.Groups[1].Value)).Distinct().Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Setting_is_bound(string name)
    {
        var section = Sections.Keys.Where(section => name == section || name.StartsWith(section + ':', StringComparison.Ordinal))
            .MaxBy(section => section.Length);
        Assert.True(section is not null, $"Expected a section out of {string.Join(", ", Sections.Keys)}; got '{name}'.");
        var type = Sections[section];
        foreach (var part in name[section.Length..].Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Step(type, part);
            Assert.True(next is not null, $"Expected a setting that the server knows, got '{name}': {type.Name} has no {part}.");
            type = next;
        }
    }

    private static Type? Step(Type type, string part) =>
        type is { IsGenericType: true } ? type.GetGenericArguments()[^1] : type.GetProperty(part)?.PropertyType;

    // `Server:Limits:MaxStreams` in code, or --Webhooks:0:Url in a command; two names stand for any.
    [GeneratedRegex("(?:`|--)(?!Section:Key|FORMAT:NAME)([A-Z][A-Za-z]+(?::[A-Za-z0-9]+)+)")]
    private static partial Regex Mentioned();
}
