namespace AVServer.Server.Jobs;

/// <summary>Files that only the server's user may read and that are gone when they are closed.</summary>
internal static class SpoolFile
{
    /// <summary>Makes one.</summary>
    /// <param name="purpose">Part of its name.</param>
    public static FileStream Create(string purpose)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"avserver-{purpose}-{Guid.NewGuid():n}"), options);
    }
}
