using System.CommandLine;
using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary><c>av backup</c> and <c>av restore</c>: what a server keeps, as one file.</summary>
internal static class BackupCommand
{
    public static Command Create() => Of(
        "backup", "Writes what a running server keeps into a new file: words with their recordings' traits, the history's events, clips.",
        "Where the file is to stand; it must not exist. It is as personal as what it holds.", BackUpAsync);

    public static Command CreateRestore() => Of(
        "restore", "Has a running server take back such a file; its history must be without events.", "The file.", RestoreAsync);

    private static Command Of(
        string name, string description, string file, Func<AVServerClient, string, CancellationToken, Task<BackupSummary?>> run)
    {
        var path = new Argument<string>("file") { Description = file };
        var server = new ServerOptions();
        var command = new Command(name, description) { path };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            if (await run(client, parsed.GetValue(path)!, cancellationToken) is { } restored)
                Output.Write(parsed.InvocationConfiguration.Output, restored);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<BackupSummary?> BackUpAsync(AVServerClient client, string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        try
        {
            await client.BackUpAsync(file, cancellationToken);
        }
        catch
        {
            File.Delete(path);   // half of a backup is none
            throw;
        }
        return null;
    }

    private static async Task<BackupSummary?> RestoreAsync(AVServerClient client, string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await client.RestoreAsync(file, cancellationToken);
    }
}
