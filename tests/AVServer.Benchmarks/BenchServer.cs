using System.Diagnostics;
using AVServer.Client;
using AVServer.Evaluation;
using AVServer.TestKit;

namespace AVServer.Benchmarks;

/// <summary>The built server as a process of its own, on the cores that it is given.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly Process _process;

    private BenchServer(Process process, AVServerClient client) => (_process, Client) = (process, client);

    public AVServerClient Client { get; }

    /// <summary>CPU time that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="cores">The cores, as taskset names them.</param>
    /// <param name="settings">Further arguments of the server.</param>
    public static async Task<BenchServer> StartAsync(string cores, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false };
        foreach (var argument in (string[])
        [
            "-c", cores, "dotnet", Path.Combine(TestPaths.RepositoryRoot, "src/AVServer.Server/bin/Release/net10.0/AVServer.Server.dll"),
            "--urls", address.ToString(), "--Runtime:ModelsPath", TestPaths.Models, "--Logging:LogLevel:Default", "Warning", .. settings,
        ])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)
            ?? throw new InvalidOperationException("The server did not start; run scripts/run.sh once to build it.");
        var server = new BenchServer(process, new AVServerClient(new AVServerClientOptions(address) { BusyTimeout = TimeSpan.Zero }));
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await server.Client.GetModelsAsync();
                return server;
            }
            catch (Exception) when (attempt < 100)
            {
                await Task.Delay(200);
            }
        }
    }

    /// <summary>Median, 99th percentile and most of delays in seconds, as text.</summary>
    public static string Summary(IReadOnlyCollection<double> seconds) => seconds.Count == 0
        ? "no events"
        : $"p50 {Percentiles.Of(seconds, 0.5) * 1e3:F0} ms, p99 {Percentiles.Of(seconds, 0.99) * 1e3:F0} ms, most "
            + $"{seconds.Max() * 1e3:F0} ms";

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
