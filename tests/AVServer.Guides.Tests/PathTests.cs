using System.Text.RegularExpressions;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>What a guide points to is there.</summary>
[Trait("Category", "unit")]
public sealed partial class PathTests
{
    public static TheoryData<string> Guides => [.. CodeBlock.Guides];

    [Theory]
    [MemberData(nameof(Guides))]
    public void Links_and_paths_of_a_guide_lead_somewhere(string guide)
    {
        var text = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, guide));
        var links = Link().Matches(text).Select(match => Path.Combine(Path.GetDirectoryName(guide)!, match.Groups[1].Value));
        var paths = FromTheTop().Matches(text).Select(match => match.Groups[1].Value);

        Assert.All(
            links.Concat(paths).Distinct(),
            path => Assert.True(Path.Exists(Path.Combine(TestPaths.RepositoryRoot, path)), $"Expected {path} of {guide}, there is none."));
    }

    // [text](path#part) and ![text](path), but no address.
    [GeneratedRegex(@"\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    // `src/AVServer.Server/History`: a path in code, with nothing in it that stands for something else.
    [GeneratedRegex("`((?:src|clients|tests|models|docs|scripts)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex FromTheTop();
}
