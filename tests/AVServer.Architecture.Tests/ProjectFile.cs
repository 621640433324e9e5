using System.Xml.Linq;
using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>What a project file says.</summary>
/// <param name="Name">Of the file, without its ending.</param>
/// <param name="Path">Of the file.</param>
/// <param name="Assembly">Name of what it is built into.</param>
/// <param name="References">Names of the projects that it references.</param>
/// <param name="Packages">Packages that it references.</param>
/// <param name="Frameworks">Frameworks beside .NET's own.</param>
internal sealed record ProjectFile(
    string Name, string Path, string Assembly, IReadOnlyList<string> References, IReadOnlyList<string> Packages,
    IReadOnlyList<string> Frameworks)
{
    /// <summary>Every project of a folder of the repository, by name.</summary>
    public static IReadOnlyDictionary<string, ProjectFile> Under(params string[] folders) =>
        folders.SelectMany(
            folder => Directory.EnumerateFiles(
                System.IO.Path.Combine(TestPaths.RepositoryRoot, folder), "*.csproj", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal))
            .Select(Read)
            .ToDictionary(project => project.Name);

    /// <summary>The projects that this one builds on, over any number of steps.</summary>
    public IReadOnlySet<string> Closure(IReadOnlyDictionary<string, ProjectFile> all)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(References);
        while (open.TryPop(out var next))
            if (reached.Add(next)) foreach (var reference in all[next].References) open.Push(reference);
        return reached;
    }

    private static ProjectFile Read(string path)
    {
        var project = XDocument.Load(path);
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        return new ProjectFile(
            name,
            path,
            project.Descendants("AssemblyName").SingleOrDefault()?.Value ?? name,
            [.. Includes(project, "ProjectReference")
                .Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))],
            [.. Includes(project, "PackageReference")],
            [.. Includes(project, "FrameworkReference")]);
    }

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
