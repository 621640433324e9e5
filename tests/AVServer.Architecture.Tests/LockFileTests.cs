using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>What is installed is what was reviewed, wherever it comes from.</summary>
[Trait("Category", "unit")]
public sealed class LockFileTests
{
    private const string Name = "packages.lock.json";

    [Fact]
    public void Every_project_has_a_lock_file_and_no_other_folder_has()
    {
        var projects = ProjectFile.Under("src", "clients", "tests").Values.Select(project => Path.GetDirectoryName(project.Path)!);
        Assert.Equal(
            projects.Order(StringComparer.Ordinal), LockFiles().Select(path => Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Lock_files_name_no_place_to_load_from()
    {
        Assert.All(LockFiles(), path => Assert.DoesNotContain("://", File.ReadAllText(path)));
        Assert.DoesNotContain("\"resolved\"", File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "package-lock.json")));
    }

    [Fact]
    public void Versions_are_exact()
    {
        var packages = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "Directory.Packages.props"));
        Assert.DoesNotMatch(new Regex("Version=\"[^\"]*[*,(\\[]"), packages);
        var npm = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "package.json"));
        Assert.DoesNotMatch(new Regex(": \"[\\^~><*]"), npm);
    }

    private static IEnumerable<string> LockFiles() =>
        new[] { "src", "clients", "tests" }
            .SelectMany(
                folder => Directory.EnumerateFiles(Path.Combine(TestPaths.RepositoryRoot, folder), Name, SearchOption.AllDirectories))
            .Where(
                path => !path.Contains("/node_modules/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal)
                    && !path.Contains("/bin/", StringComparison.Ordinal));
}
