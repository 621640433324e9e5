using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Kit;

/// <summary>A real MQTT broker of one test's own, which keeps what is retained when it is restarted.</summary>
internal sealed class MosquittoServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";

    private readonly TemporaryFolder _folder = new();
    private readonly string _settings;
    private Process? _process;

    private MosquittoServer(int port, string settings)
    {
        Port = port;
        _settings = Path.Combine(_folder.Path, "mosquitto.conf");
        File.WriteAllText(_settings, string.Create(CultureInfo.InvariantCulture, $"""
            listener {port} 127.0.0.1
            persistence true
            persistence_location {_folder.Path}/
            log_dest file {LogPath}
            {(Environment.IsPrivilegedProcess ? "user root" : "")}
            {settings}
            """));
    }

    public int Port { get; }

    public string Address => $"mqtt://127.0.0.1:{Port}";

    private string LogPath => Path.Combine(_folder.Path, "log");

    /// <summary>Starts one.</summary>
    /// <param name="settings">Lines of its settings; everybody is let in by default.</param>
    public static async Task<MosquittoServer> StartAsync(string settings = "allow_anonymous true")
    {
        var broker = new MosquittoServer(FreePort.Find(), settings);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>One that isn't there yet.</summary>
    public static MosquittoServer NotStarted() => new(FreePort.Find(), "allow_anonymous true");

    /// <summary>A file of one user with a password.</summary>
    public static string WritePasswords(string folder, string user, string password)
    {
        var path = Path.Combine(folder, "passwords");
        using var process = Process.Start("/usr/bin/mosquitto_passwd", ["-b", "-c", path, user, password]);
        process.WaitForExit();
        return path;
    }

    /// <summary>Starts it, or starts it again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        if (!File.Exists(Program)) throw new FileNotFoundException($"Expected mosquitto at {Program}; run scripts/setup.sh test.");
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", _settings]))!;
        await RunningServer.UntilAsync(() => Listens() || _process.HasExited, "mosquitto listens");
        if (_process.HasExited) Assert.Fail(await File.ReadAllTextAsync(LogPath));
    }

    /// <summary>Ends it, as an administrator does.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private bool Listens()
    {
        using var socket = new TcpClient();
        try
        {
            socket.Connect("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
