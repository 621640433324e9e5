using System.Xml.Linq;
using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>What a project file says.</summary>
internal sealed record ProjectFile(string Name, string Path, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    /// <summary>Every project of a folder of the repository, by name.</summary>
    public static IReadOnlyDictionary<string, ProjectFile> Under(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(TestPaths.RepositoryRoot, folder), "*.csproj", SearchOption.AllDirectories))
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
        return new ProjectFile(
            System.IO.Path.GetFileNameWithoutExtension(path),
            path,
            [.. Includes(project, "ProjectReference").Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))],
            [.. Includes(project, "PackageReference")]);
    }

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
