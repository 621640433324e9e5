using System.Text.RegularExpressions;
using ArchUnitNET.Loader;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace AVServer.Architecture.Tests;

/// <summary>The reference table, held to what is compiled: the types that a project's code names, wherever they came from.</summary>
[Trait("Category", "unit")]
public sealed class DependencyTests
{
    private static readonly IReadOnlyDictionary<string, ProjectFile> Projects = ProjectFile.Under("src", "clients")
        .Where(project => project.Key.StartsWith("AVServer.", StringComparison.Ordinal)).ToDictionary();

    private static readonly ArchUnitNET.Domain.Architecture Compiled = Load();

    public static TheoryData<string> Names => [.. Projects.Keys.Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_names_types_of_allowed_projects_only(string name)
    {
        string[] allowed = [name, .. ReferenceTable.Projects[name], .. ReferenceTable.HandedOut.GetValueOrDefault(name, [])];
        AssertNamesNone(
            name, Projects.Values.Where(project => !allowed.Contains(project.Name)).Select(project => Regex.Escape(project.Assembly)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_names_types_of_allowed_packages_only(string name) =>
        AssertNamesNone(
            name, ReferenceTable.Packages.Values.Where(package => !package.May(name)).Select(
                package => Regex.Escape(package.Assembly) + @"(\.[^,]*)?"));

    [Fact]
    public void Rule_sees_what_is_compiled()
    {
        var failure = Assert.ThrowsAny<Exception>(() => AssertNamesNone("AVServer.Client", ["AVServer\\.Contracts"]));
        Assert.Contains("AVServer.Client.AVServerClient does depend on", failure.Message, StringComparison.Ordinal);
    }

    private static void AssertNamesNone(string name, IEnumerable<string> assemblies)
    {
        var own = Types().That().ResideInAssemblyMatching($"^{Regex.Escape(Projects[name].Assembly)},");
        var refused = Types(includeReferenced: true).That().ResideInAssemblyMatching($"^({string.Join('|', assemblies)})(,|$)");
        var broken = own.Should().NotDependOnAny(refused).WithoutRequiringPositiveResults().Evaluate(Compiled)
            .Where(result => !result.Passed);
        Assert.True(!broken.Any(), string.Join("\n", broken.Select(result => result.Description)));
    }

    private static ArchUnitNET.Domain.Architecture Load()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Projects.Values
            .Select(
                project =>
                    (Folder: Path.Combine(Path.GetDirectoryName(project.Path)!, "bin", framework.Parent!.Name, framework.Name),
                        project.Assembly))
            .Aggregate(new ArchLoader(), (loader, built) => loader.LoadFilteredDirectory(built.Folder, $"{built.Assembly}.dll"))
            .Build();
    }
}
