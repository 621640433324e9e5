using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>What is written by hand in C#.</summary>
internal static class SourceFiles
{
    private static readonly string[] BuildFolders = ["/obj/", "/bin/", "/node_modules/"];

    /// <summary>Full paths.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. new[] { "src", "clients", "tests" }
            .SelectMany(
                folder => Directory.EnumerateFiles(Path.Combine(TestPaths.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories))
            .Where(path => !BuildFolders.Any(folder => path.Contains(folder, StringComparison.Ordinal))),
    ];

    /// <summary>As it is named in messages.</summary>
    public static string Relative(string path) => Path.GetRelativePath(TestPaths.RepositoryRoot, path);
}
