namespace AVServer.Architecture.Tests;

/// <summary>The reference table of src/README.md, held to the project files.</summary>
[Trait("Category", "unit")]
public sealed class ReferenceTests
{
    private static readonly IReadOnlyDictionary<string, ProjectFile> Projects = ProjectFile.Under("src", "clients");

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["AVServer.Contracts"] = [],
        ["AVServer.Signal"] = [],
        ["AVServer.Detection"] = [],
        ["AVServer.Evaluation"] = [],
        ["TorchSharpBinding"] = [],
        ["AVServer.Runtime"] = [],
        ["AVServer.Vision"] = ["AVServer.Runtime"],
        ["AVServer.Media"] = ["AVServer.Contracts"],
        ["AVServer.Speech"] = [],
        ["AVServer.Pipeline"] =
            ["AVServer.Contracts", "AVServer.Signal", "AVServer.Runtime", "AVServer.Vision", "AVServer.Media", "AVServer.Detection", "AVServer.Speech"],
        ["AVServer.Reports"] = ["AVServer.Contracts"],
        ["AVServer.Server"] = ["AVServer.Contracts", "AVServer.Pipeline", "AVServer.Reports"],
        ["AVServer.Models"] = ["TorchSharpBinding"],
        ["AVServer.Lab"] = ["AVServer.Models", "AVServer.Signal", "AVServer.Vision", "AVServer.Media", "AVServer.Evaluation", "AVServer.Pipeline"],
        ["AVServer.Client"] = ["AVServer.Contracts"],
        ["AVServer.Cli"] = ["AVServer.Client", "AVServer.Contracts", "AVServer.Pipeline", "AVServer.Reports"],
    };

    public static TheoryData<string> Names => [.. Projects.Keys.Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Project_references_only_what_the_table_allows(string name)
    {
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"Expected {name} in the reference table; add it there and to src/README.md.");
        Assert.Subset(allowed.ToHashSet(), Projects[name].References.ToHashSet());
    }

    [Theory]
    [InlineData("AVServer.Server")]
    [InlineData("AVServer.Cli")]
    [InlineData("AVServer.Client")]
    public void Nothing_that_serves_reaches_libtorch(string name)
    {
        var reached = Projects[name].Closure(Projects);
        Assert.DoesNotContain("TorchSharpBinding", reached);
        Assert.DoesNotContain("AVServer.Models", reached);
        Assert.DoesNotContain("AVServer.Lab", reached);
    }

    [Fact]
    public void Client_library_carries_no_model_and_no_server()
    {
        Assert.Equal(["AVServer.Contracts"], Projects["AVServer.Client"].Closure(Projects));
    }

    [Theory]
    [InlineData("TorchSharpBinding", "AVServer.Models")]
    public void Binding_has_one_user(string binding, string user)
    {
        Assert.Subset(new HashSet<string> { user }, Projects.Values.Where(project => project.References.Contains(binding)).Select(project => project.Name).ToHashSet());
    }

    [Theory]
    [InlineData("Microsoft.ML.OnnxRuntime", "AVServer.Runtime")]
    [InlineData("OpenCvSharp4", "AVServer.Vision")]
    public void Package_has_one_user(string package, string user)
    {
        Assert.Equal([user], Projects.Values.Where(project => project.Packages.Contains(package)).Select(project => project.Name));
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
        Assert.All(Projects.Keys.Where(name => name.StartsWith("AVServer.", StringComparison.Ordinal) && Projects[name].Path.Contains("/src/", StringComparison.Ordinal)),
            name => Assert.Contains($"`{name}`", map));
    }
}
