using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Scoring;

/// <summary>
/// Files that only the server's user may read and that are gone when they are closed, in the folder of temporary files (<c>TMPDIR</c>).
/// </summary>
internal partial class Spool(TimeProvider time, ILogger<Spool> logger)
{
    // Whoever makes a file has it locked long before.
    private static readonly TimeSpan YoungestLeftOver = TimeSpan.FromMinutes(1);

    // Of Linux: no space on the device, quota reached, too large for the file system. Of Windows: disk full, handle's disk full.
    private static readonly int[] FullDisk = [28, 122, 27, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Makes one.</summary>
    /// <param name="purpose">Part of its name.</param>
    /// <exception cref="IOException">There is no room (<see cref="IsFull"/>), or the folder can't be written.</exception>
    public virtual FileStream Create(string purpose)
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

    /// <summary>Whether an exception says that a disk is full.</summary>
    public static bool IsFull(Exception exception) => exception is IOException && FullDisk.Contains(exception.HResult);

    /// <summary>What is told where the disk is full.</summary>
    public static RefusedException NoRoom() => new(
        FaultCodes.NoRoom,
        "There is no room on the server's disk for this file and what is found in it; send a smaller one, or try again later.");

    /// <summary>Closes a file, which deletes it, whether or not what was still to be written finds room.</summary>
    public static async ValueTask CloseAsync(FileStream file)
    {
        try
        {
            await file.DisposeAsync();
        }
        catch (IOException exception) when (IsFull(exception))
        {
            // It is gone all the same.
        }
    }

    /// <summary>Deletes what servers left that were killed; what a running one holds is locked.</summary>
    /// <returns>How many files.</returns>
    public int Sweep()
    {
        var deleted = 0;
        var young = time.GetUtcNow() - YoungestLeftOver;
        foreach (var purpose in (string[])["upload", "events"])
            foreach (var path in Directory.EnumerateFiles(Path.GetTempPath(), $"avserver-{purpose}-*"))
                if (File.GetLastWriteTimeUtc(path) < young && Delete(path)) deleted++;
        if (deleted > 0) Log.Swept(logger, deleted);
        return deleted;
    }

    private static bool Delete(string path)
    {
        try
        {
            // Fails where another process has it open.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.SpoolSwept, LogLevel.Information, "Deleted {Count} files that a server left which was killed.")]
        public static partial void Swept(ILogger logger, int count);
    }
}
