using AVServer.Media;

namespace AVServer.Cli;

/// <summary>Files and folders on a command line → media files, in a stable order.</summary>
internal static class MediaPaths
{
    private static readonly EnumerationOptions Visible = new()
    {
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System
    };

    /// <summary>
    /// Expands folders, with all folders in them, to the files whose extension is a medium's, each once; what is hidden is left out. Files
    /// that are named are taken as they are.
    /// </summary>
    /// <param name="paths">As they were given.</param>
    /// <param name="error">Told of each folder that holds none.</param>
    public static IReadOnlyList<string> Expand(IEnumerable<string> paths, TextWriter error) =>
        [.. paths.SelectMany(path => Directory.Exists(path) ? Within(path, error) : [path]).Distinct()];

    private static SortedSet<string> Within(string folder, TextWriter error)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Walk(folder, [], [], found);
        if (found.Count == 0)
            error.WriteLine(
                $"av: expected media files in '{folder}', found none; taken are {string.Join(' ', MediaFile.Extensions)}, hidden files "
                + "are not.");
        return found;
    }

    // Folders and files are known by where links lead to, so that a link to itself or to a parent is gone through once. Those that are no
    // links come first: they give the name.
    private static void Walk(string folder, HashSet<string> folders, HashSet<string> files, SortedSet<string> found)
    {
        if (Resolve(Path.GetFullPath(folder)) is not { } own || !folders.Add(own)) return;
        foreach (var file in InOrder(Directory.EnumerateFiles(folder, "*", Visible)))
        {
            if (!MediaFile.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())) continue;
            if (Resolve(Path.GetFullPath(file)) is { } real && File.Exists(real) && files.Add(real)) found.Add(file);
        }

        foreach (var within in InOrder(Directory.EnumerateDirectories(folder, "*", Visible))) Walk(within, folders, files, found);
    }

    private static List<string> InOrder(IEnumerable<string> paths) =>
        [.. paths.OrderBy(IsLink).ThenBy(path => path, StringComparer.Ordinal)];

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    // Every folder on the way may be a link too. Null: a link that leads back to itself and nowhere else.
    private static string? Resolve(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        if (Resolve(parent) is not { } folder) return null;
        var own = Path.Combine(folder, Path.GetFileName(path));
        try
        {
            return new FileInfo(own).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Resolve(target.FullName) : own;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
