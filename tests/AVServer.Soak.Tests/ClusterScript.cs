using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary><c>scripts/cluster.sh</c>, with a model whose word is loud noise.</summary>
internal sealed class ClusterScript : IAsyncDisposable
{
    private static readonly string Path = System.IO.Path.Combine(TestPaths.RepositoryRoot, "scripts", "cluster.sh");

    private readonly TemporaryFolder _models = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly int _port = FreePort.FindRow(5);
    private Process? _process;

    /// <summary>Where nginx answers, and behind it 1 to 3 the nodes.</summary>
    public Uri Address(int node = 0) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port + node}/"));

    /// <summary>What it said.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>The folder that it makes.</summary>
    public string Folder => System.IO.Path.Combine(
        System.IO.Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"avserver-cluster-{_port}"));

    /// <summary>Starts it and waits until it says that all of it runs.</summary>
    /// <param name="settings">Further settings of the nodes.</param>
    public static async Task<ClusterScript> StartAsync(params string[] settings)
    {
        var script = new ClusterScript();
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8 }.Write(script._models.Path);
        script._process = script.Run(settings);
        var timeout = TestTimeout.Token();
        for (; !script.Output.Contains("cluster: ready", StringComparison.Ordinal); await Task.Delay(20, timeout))
            if (script._process.HasExited) throw new InvalidOperationException($"The cluster did not start:\n{script.Output}");
        return script;
    }

    /// <summary>Kills, stops or starts a part; returns when it has ended, or answers.</summary>
    public async Task DoAsync(string what, string part)
    {
        using var process = Run(what, part);
        await process.WaitForExitAsync(TestTimeout.Token());
        Assert.True(process.ExitCode == 0, Output);
    }

    /// <summary>The processes of its parts.</summary>
    public IEnumerable<int> Parts() =>
        Directory.GetFiles(Folder, "*.pid").Select(file => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));

    /// <summary>Writes how the logs of its parts end.</summary>
    public void PrintLogs()
    {
        foreach (var log in Directory.GetFiles(Folder, "*.log").Order(StringComparer.Ordinal))
            Console.WriteLine($"{log}:\n{string.Join('\n', File.ReadLines(log).TakeLast(40))}");
    }

    /// <summary>
    /// Ends it as Ctrl-C does, and waits until it has. By SIGTERM, which does the same: a shell of whoever started the tests in the
    /// background has it ignore SIGINT, and that can't be taken back.
    /// </summary>
    public async Task EndAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync(TestTimeout.Token());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await EndAsync();
        _process?.Dispose();
        _models.Dispose();
    }

    private Process Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path, .. arguments]) { RedirectStandardError = true };
        start.Environment["AVSERVER_BUILT"] = "1";
        start.Environment["AVSERVER_MODELS"] = _models.Path;
        start.Environment["AVSERVER_CLUSTER_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) _lines.Enqueue(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }
}
