using System.Text;
using AVServer.TestKit;

namespace AVServer.Guides.Tests.Kit;

/// <summary>One fenced block of a guide.</summary>
/// <param name="Guide">The guide's path within the repository.</param>
/// <param name="Line">Number of its first line.</param>
/// <param name="Language">What stands behind the opening fence; empty where nothing does.</param>
/// <param name="Text">What stands between the fences.</param>
internal sealed record CodeBlock(string Guide, int Line, string Language, string Text)
{
    private const string Fence = "```";

    /// <summary>The guides: what a newcomer reads. Every file under <c>docs</c> is one.</summary>
    public static IReadOnlyList<string> Guides { get; } =
    [
        "README.md", "src/README.md", "clients/web/README.md", "clients/dotnet/README.md", "clients/cli/README.md",
        "clients/python/README.md", "CONTRIBUTING.md", "SECURITY.md",
        .. Directory.EnumerateFiles(Path.Combine(TestPaths.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(TestPaths.RepositoryRoot, path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Every block of every guide, in order.</summary>
    public static IReadOnlyList<CodeBlock> All { get; } = [.. Guides.SelectMany(Read)];

    /// <summary>The lines that say something, without the comments behind commands.</summary>
    public IEnumerable<string> Lines => Text.Split('\n').Where(line => line.Trim().Length > 0);

    public override string ToString() => $"{Guide}:{Line} ({Language})";

    private static IEnumerable<CodeBlock> Read(string guide)
    {
        var lines = File.ReadAllLines(Path.Combine(TestPaths.RepositoryRoot, guide));
        for (var at = 0; at < lines.Length; at++)
        {
            if (!lines[at].StartsWith(Fence, StringComparison.Ordinal)) continue;
            var (language, first, text) = (lines[at][Fence.Length..].Trim(), at + 2, new StringBuilder());
            for (at++; !lines[at].StartsWith(Fence, StringComparison.Ordinal); at++) text.Append(lines[at]).Append('\n');
            yield return new CodeBlock(guide, first, language, text.ToString());
        }
    }
}
