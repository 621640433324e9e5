using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Kit;

/// <summary>A real Redis of one test's own, which keeps nothing when it is restarted unless it is told to.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _settings;
    private Process? _process;

    private RedisServer(string[] settings)
    {
        Port = FreePort.Find();
        _settings = settings;
    }

    public int Port { get; }

    /// <summary>As <c>Cluster:Redis</c> has it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts one.</summary>
    /// <param name="settings">Further settings, like <c>--maxmemory 2mb</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var redis = new RedisServer(settings);
        await redis.StartAsync();
        return redis;
    }

    /// <summary>Starts it, or starts it again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        if (!File.Exists(Program)) throw new FileNotFoundException($"Expected Redis at {Program}; run scripts/setup.sh test.");
        var log = Path.Combine(_folder.Path, "log");
        string[] settings =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder.Path,
            "--logfile", log, .. _settings,
        ];
        _process = Process.Start(new ProcessStartInfo(Program, settings))!;
        for (var timeout = TestTimeout.Token(); !Answers(); await Task.Delay(10, timeout))
            if (_process.HasExited) throw new InvalidOperationException($"Redis did not start:\n{await File.ReadAllTextAsync(log)}");
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    // It answers while it still loads what it kept, but not with what is asked.
    private bool Answers()
    {
        try
        {
            using var socket = new TcpClient("127.0.0.1", Port);
            using var stream = socket.GetStream();
            stream.Write("PING\r\n"u8);
            var answer = new byte[64];
            var length = stream.Read(answer);
            return length > 0 && !answer.AsSpan(0, length).StartsWith("-LOADING"u8);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
