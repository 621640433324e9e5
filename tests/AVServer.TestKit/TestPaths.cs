namespace AVServer.TestKit;

/// <summary>Where the tests find the checkout's own files and the recordings beside it.</summary>
public static class TestPaths
{
    /// <summary>The folder that holds <c>AVServer.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The checked-in expected values of independent implementations.</summary>
    public static string Golden(params ReadOnlySpan<string> parts) => Path.Combine([RepositoryRoot, "tests", "golden", .. parts]);

    /// <summary>The shipped models.</summary>
    public static string Models { get; } = Path.Combine(RepositoryRoot, "models");

    /// <summary>
    /// The recordings: <c>AVSERVER_CORPORA</c>, or <c>../shared/corpora</c> beside the checkout; null where neither exists.
    /// </summary>
    public static string? Corpora { get; } = FindCorpora();

    /// <summary>What this run of the suite has measured of words (<c>scripts/test.sh</c> says where); null in any other run.</summary>
    public static string? Measured { get; } =
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches
            ? Path.Combine(caches, "avserver", "measured") : null;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AVServer.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"Expected AVServer.sln above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }

    private static string? FindCorpora()
    {
        var path = Environment.GetEnvironmentVariable("AVSERVER_CORPORA") is { Length: > 0 } set ? set
            : Path.Combine(RepositoryRoot, "..", "shared", "corpora");
        return Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }
}
