namespace AVServer.Architecture.Tests;

/// <summary>The reference table, held to the project files.</summary>
[Trait("Category", "unit")]
public sealed class ReferenceTests
{
    private static readonly IReadOnlyDictionary<string, ProjectFile> Projects = ProjectFile.Under("src", "clients");

    public static TheoryData<string> Names => [.. Projects.Keys.Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Project_references_only_what_the_table_allows(string name)
    {
        Assert.True(
            ReferenceTable.Projects.TryGetValue(name, out var allowed),
            $"Expected {name} in the reference table; add it there and to src/README.md.");
        Assert.Subset(allowed.ToHashSet(), Projects[name].References.ToHashSet());
    }

    [Theory]
    [InlineData("AVServer.Server")]
    [InlineData("AVServer.Cli")]
    [InlineData("AVServer.Client")]
    public void Nothing_that_serves_reaches_libtorch(string name)
    {
        var reached = Projects[name].Closure(Projects);
        Assert.DoesNotContain("AVServer.Networks", reached);
        Assert.DoesNotContain("AVServer.Lab", reached);
    }

    [Fact]
    public void Client_library_carries_no_model_and_no_server()
    {
        Assert.Equal(["AVServer.Contracts"], Projects["AVServer.Client"].Closure(Projects));
    }

    [Fact]
    public void Client_library_runs_without_asp_net_core() =>
        Assert.All(
            Projects["AVServer.Client"].Closure(Projects).Append("AVServer.Client"), name => Assert.Empty(Projects[name].Frameworks));

    [Theory]
    [MemberData(nameof(ReferenceTable.PackageNames), MemberType = typeof(ReferenceTable))]
    public void Package_is_referenced_only_by_its_project(string package)
    {
        var users = Projects.Values
            .Where(
                project => project.Packages.Any(
                    name => name == package || name.StartsWith(package + '.', StringComparison.Ordinal)
                        || name.StartsWith(package + '-', StringComparison.Ordinal)));
        Assert.Subset(ReferenceTable.Packages[package].ReferencedBy.ToHashSet(), users.Select(project => project.Name).ToHashSet());
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(TestKit.TestPaths.RepositoryRoot, "AVServer.sln")).Replace('\\', '/');
        Assert.All(
            ProjectFile.Under("src", "clients", "tests").Values,
            project => Assert.Contains(Path.GetRelativePath(TestKit.TestPaths.RepositoryRoot, project.Path), solution));
    }

    [Fact]
    public void Every_table_row_of_the_map_is_a_project()
    {
        var map = File.ReadAllText(Path.Combine(TestKit.TestPaths.RepositoryRoot, "src", "README.md"));
        Assert.All(
            Projects.Keys.Where(
                name => name.StartsWith("AVServer.", StringComparison.Ordinal)
                    && Projects[name].Path.Contains("/src/", StringComparison.Ordinal)),
            name => Assert.Contains($"`{name}`", map));
    }
}
