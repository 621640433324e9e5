using System.Text.RegularExpressions;

namespace AVServer.Architecture.Tests;

/// <summary>The one rule of formatting that neither the compiler nor the check of white space holds.</summary>
[Trait("Category", "unit")]
public sealed partial class UsingTests
{
    [Fact]
    public void Usings_are_sorted_with_those_of_System_first()
    {
        Assert.All(SourceFiles.All, path =>
        {
            string[] usings =
                [.. File.ReadLines(path).TakeWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal))
                    .Where(line => Using().IsMatch(line))];
            Assert.Equal(usings.OrderBy(line => line, Comparer<string>.Create(Compare)), usings);
        });
    }

    // Namespaces, then classes, then other names for them; in each System first, then name by name.
    private static int Compare(string first, string second)
    {
        var (a, b) = (Parts(first), Parts(second));
        if (a.Kind != b.Kind) return a.Kind.CompareTo(b.Kind);
        if (a.IsSystem != b.IsSystem) return b.IsSystem.CompareTo(a.IsSystem);
        return a.Names.Zip(b.Names, StringComparer.OrdinalIgnoreCase.Compare)
            .FirstOrDefault(order => order != 0, a.Names.Length - b.Names.Length);
    }

    private static (int Kind, bool IsSystem, string[] Names) Parts(string line)
    {
        var match = Using().Match(line);
        string[] names = match.Groups["name"].Value.Split('.');
        var kind = (match.Groups["static"].Success, match.Groups["alias"].Success) switch { (true, _) => 1, (_, true) => 2, _ => 0 };
        return match.Groups["alias"].Success ? (kind, false, [match.Groups["alias"].Value]) : (kind, names[0] == "System", names);
    }

    [GeneratedRegex(@"^using (?<static>static )?(?:(?<alias>\w+) = )?(?<name>[\w.]+)")]
    private static partial Regex Using();
}
