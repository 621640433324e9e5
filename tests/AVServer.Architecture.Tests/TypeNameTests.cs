using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>Who searches for a type finds one, and not another of the same name.</summary>
[Trait("Category", "unit")]
public sealed partial class TypeNameTests
{
    private static readonly ILookup<string, string> ProjectsByType = SourceFiles.All
        .SelectMany(path => TypesOf(File.ReadAllText(path)).Select(type => (Type: type, Project: ProjectOf(path))))
        .Distinct()
        .ToLookup(found => found.Type, found => found.Project);

    [Fact]
    public void Type_name_occurs_in_one_project_only()
    {
        var doubled = ProjectsByType.Where(projects => projects.Count() > 1)
            .Select(projects => $"{projects.Key} in {string.Join(" and ", projects)}");
        Assert.True(!doubled.Any(), $"Expected another name for one of the two: {string.Join("; ", doubled)}");
    }

    [Fact]
    public void Type_stands_in_one_file_only()
    {
        var divided = SourceFiles.All
            .SelectMany(path => TypesOf(File.ReadAllText(path)).Distinct().Select(type => (Type: type, Path: path)))
            .GroupBy(found => found.Type)
            .Where(files => files.Count() > 1)
            .Select(files => $"{files.Key} in {string.Join(" and ", files.Select(file => Path.GetFileName(file.Path)))}");
        Assert.True(!divided.Any(), $"Expected a type of its own for each part: {string.Join("; ", divided)}");
    }

    [Fact]
    public void Rule_sees_types_of_every_kind()
    {
        Assert.Equal(["src/AVServer.Contracts"], ProjectsByType["StreamEvent"]);
        Assert.Equal(["A", "B", "C", "D", "E", "F"], TypesOf(
            """
            public abstract partial class A<T> { }
            readonly record struct B(int Value);
            internal sealed record C;
            interface D;
                class Nested;
            file static class E { }
            public delegate Task<int> F(int value);
            // class Comment
            """));
    }

    private static IEnumerable<string> TypesOf(string source) => Declaration().Matches(source).Select(match => match.Groups["name"].Value);

    private static string ProjectOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (folder != TestPaths.RepositoryRoot && !Directory.EnumerateFiles(folder, "*.csproj").Any())
            folder = Path.GetDirectoryName(folder)!;
        return Path.GetRelativePath(TestPaths.RepositoryRoot, folder);
    }

    // Types within others are named by these, and stand further to the right.
    [GeneratedRegex(
        @"^((public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe) )*"
        + @"(class|interface|struct|enum|record( struct| class)?|delegate [\w<>\[\],.?]+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
