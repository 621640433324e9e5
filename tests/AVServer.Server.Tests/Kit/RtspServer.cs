using System.Diagnostics;
using System.Globalization;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Kit;

/// <summary>A real RTSP server of one test's own, by GStreamer: a tone and moving pictures.</summary>
internal sealed class RtspServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/python3";   // whose packages are the system's

    private readonly Process _process;

    private RtspServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="login">User, password, and <c>digest</c> or <c>basic</c>; none: everybody is let in.</param>
    public static async Task<RtspServer> StartAsync(params string[] login)
    {
        var script = Path.Combine(TestPaths.RepositoryRoot, "tests", "AVServer.Server.Tests", "Sources", "rtsp-server.py");
        var process = Process.Start(new ProcessStartInfo(Program, [script, .. login]) { RedirectStandardOutput = true })!;
        var port = await process.StandardOutput.ReadLineAsync(TestTimeout.Token());
        if (port is null) Assert.Fail("Expected GStreamer's RTSP server; run scripts/setup.sh test.");
        return new RtspServer(process, int.Parse(port, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
