using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace AVServer.Server.Tests.Kit;

/// <summary>
/// A real PostgreSQL of this test's own: its cluster in a temporary folder, reached by a Unix socket in the same folder, stopped and
/// deleted at the end.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string User = "postgres";

    private static readonly string Programs = FindPrograms();

    private readonly SocketFolder _folder = new();
    private int _databases;

    private string Cluster => Path.Combine(_folder.Path, "data");

    public async ValueTask InitializeAsync()
    {
        // PostgreSQL refuses to run as root.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", User, _folder.Path);
        await RunAsUserAsync("initdb", "-D", Cluster, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await StartAsync();
    }

    /// <summary>Starts what <see cref="StopAsync"/> stopped.</summary>
    public Task StartAsync()
    {
        var settings = $"-c listen_addresses='' -c unix_socket_directories='{_folder.Path}' -c fsync=off -c shared_buffers=8MB";
        return RunAsUserAsync("pg_ctl", "-D", Cluster, "-w", "-t", "120", "-l", Path.Combine(_folder.Path, "log"), "-o", settings, "start");
    }

    /// <summary>Goes away as in an administrator's restart: at once, connections cut.</summary>
    public Task StopAsync() => RunAsUserAsync("pg_ctl", "-D", Cluster, "-w", "-t", "120", "-m", "fast", "stop");

    /// <summary>Makes an empty database.</summary>
    /// <returns>How it is reached.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "test" + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await using var source = NpgsqlDataSource.Create(ConnectionString(User));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        _folder.Dispose();
    }

    private string ConnectionString(string database) => $"Host={_folder.Path};Username={User};Database={database}";

    private static Task RunAsUserAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", User, "--", Path.Combine(Programs, program), .. arguments])
        : RunAsync(Path.Combine(Programs, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server that pg_ctl leaves behind would hold on to pipes of ours, so output goes to a file.
        var output = Path.GetTempFileName();
        try
        {
            var command = string.Join(
                ' ', arguments.Prepend(program).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
            using var process = Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", $"cd /tmp; exec {command} >{output} 2>&1 </dev/null"]))!;
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await File.ReadAllTextAsync(output)}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static string FindPrograms()
    {
        const string Versions = "/usr/lib/postgresql";
        return (Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [])
            .Order(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new FileNotFoundException($"Expected PostgreSQL under {Versions}; run scripts/setup.sh test.");
    }
}
