using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>The map of the source and the list of behaviours lead to code that is there.</summary>
[Trait("Category", "unit")]
public sealed partial class MapTests
{
    private const int Behaviours = 20;

    private static readonly string Source = Path.Combine(TestPaths.RepositoryRoot, "src");

    [Fact]
    public void Every_behaviour_is_decided_by_a_type_of_the_named_file_and_held_by_tests()
    {
        var rows = Rows(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "CONTRIBUTING.md")), "## Where to look");
        Assert.Equal(Behaviours, rows.Count);
        Assert.All(rows, row =>
        {
            var paths = Code().Matches(row).Select(match => match.Groups[1].Value).ToArray();
            Assert.Equal(2, paths.Length);
            Assert.All(paths, path => Assert.Matches(
                $@"(class|record|struct) {Path.GetFileNameWithoutExtension(path)}\b",
                File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, path))));
        });
    }

    [Fact]
    public void Every_answer_of_the_map_leads_to_a_file_or_a_folder()
    {
        var names = Directory.EnumerateFileSystemEntries(Source, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet();
        var rows = Rows(File.ReadAllText(Path.Combine(Source, "README.md")), "## Where is …");
        Assert.NotEmpty(rows);
        Assert.All(rows.SelectMany(row => Code().Matches(row).Select(match => match.Groups[1].Value)), answer => Assert.True(
            Path.Exists(Path.Combine(Source, answer)) || Path.Exists(Path.Combine(TestPaths.RepositoryRoot, answer))
                || names.Contains(Path.GetFileName(answer)) || IsElsewhere(answer),
            $"Expected {answer} of the map in src, there is none."));
    }

    // The page's files are named by themselves, commands and what stands for many names aren't files.
    private static bool IsElsewhere(string answer) =>
        answer.StartsWith("av-lab", StringComparison.Ordinal) || answer.Contains('<')
        || File.Exists(Path.Combine(TestPaths.RepositoryRoot, "clients", "web", answer));

    private static List<string> Rows(string guide, string heading) =>
        [.. guide.Split(heading)[1].Split("\n## ")[0].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
