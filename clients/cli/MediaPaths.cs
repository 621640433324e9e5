namespace AVServer.Cli;

/// <summary>Files and folders on a command line → media files, in a stable order.</summary>
internal static class MediaPaths
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".aac", ".aif", ".aiff", ".avi", ".flac", ".m4a", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm",
    };

    /// <summary>Expands folders, with all folders in them, to the files whose extension is a medium's; files that are named are taken as they are.</summary>
    public static IEnumerable<string> Expand(IEnumerable<string> paths) => paths.SelectMany(path => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)
        : Enumerable.Repeat(path, 1));
}
