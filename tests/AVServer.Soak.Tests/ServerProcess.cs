using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AVServer.Client;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>The server as a process of its own, which can be killed and started again at its port.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "AVServer.Server.dll");

    private readonly string[] _settings;
    private readonly string[] _smallFolders;
    private readonly TemporaryFolder _models = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    private ServerProcess(string[] smallFolders, string[] settings) => (_smallFolders, _settings) = (smallFolders, settings);

    /// <summary>Where it answers, also after it was started again.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The process of the server itself.</summary>
    public int Id { get; private set; }

    /// <summary>What it wrote.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts it, with a model whose word is loud noise, and waits until it listens.</summary>
    /// <param name="settings">Further arguments.</param>
    public static Task<ServerProcess> StartAsync(params string[] settings) => StartAsync([], settings);

    /// <summary>Starts it where some folders have room for two megabytes each.</summary>
    /// <param name="smallFolders">Those; temporary files go into the first.</param>
    /// <param name="settings">Further arguments.</param>
    public static async Task<ServerProcess> StartAsync(string[] smallFolders, params string[] settings)
    {
        var server = new ServerProcess(smallFolders, settings);
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8 }.Write(server._models.Path);
        await server.RunAsync();
        return server;
    }

    /// <summary>A client of it that comes back soon.</summary>
    public AVServerClient Client() => new(new AVServerClientOptions(Address)
    {
        FirstReconnectDelay = TimeSpan.FromMilliseconds(50),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
    });

    /// <summary>Ends it as a crash or the kernel does, without a chance to write anything.</summary>
    public async Task KillAsync()
    {
        using (var victim = Process.GetProcessById(Id)) victim.Kill();
        await _process!.WaitForExitAsync(TestTimeout.Token());
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks it to end, as a system does that is shut down, and waits until it has.</summary>
    public async Task TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process!.WaitForExitAsync(TestTimeout.Token());
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it anew at the port that it had.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo(_smallFolders.Length == 0 ? "dotnet" : "bwrap", [.. Wrapped(), .. Arguments()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (_smallFolders.Length > 0) start.Environment["TMPDIR"] = _smallFolders[0];
        _lines.Clear();
        _process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var timeout = TestTimeout.Token(); ; await Task.Delay(20, timeout))
        {
            if (_process.HasExited) throw new InvalidOperationException($"The server did not start:\n{Output}");
            if (Listening().Match(Output) is not { Success: true } match) continue;
            Address = new Uri(match.Groups[1].Value);
            break;
        }
        Id = _smallFolders.Length == 0 ? _process.Id : ChildrenOf(_process.Id).Single();
    }

    /// <summary>A file or folder as the server sees it.</summary>
    public string Seen(string path) => $"/proc/{Id.ToString(CultureInfo.InvariantCulture)}/root{path}";

    /// <summary>What its metrics say; 0 where there is no such figure.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(Address, "/metrics"), TestTimeout.Token());
        var line = text.Split('\n').LastOrDefault(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name
            + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>What it holds: resident megabytes, handles, threads.</summary>
    public (double Megabytes, int Handles, int Threads) Held()
    {
        using var process = Process.GetProcessById(Id);
        return (process.WorkingSet64 / 1e6, Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length, process.Threads.Count);
    }

    /// <summary>Whether the system gives a process folders of a bounded size.</summary>
    /// <param name="folder">One that may become such.</param>
    public static bool CanHaveSmallFolders(string folder)
    {
        using var trial = Process.Start("bwrap", [.. Small([folder]), "true"]);
        trial.WaitForExit();
        return trial.ExitCode == 0;
    }

    /// <summary>The processes that a process started itself.</summary>
    public static IEnumerable<int> ChildrenOf(int process) =>
        File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    /// <summary>The processes whose parents led to it, started by whatever thread.</summary>
    public IReadOnlyList<int> Decoders()
    {
        var found = new List<int>();
        foreach (var thread in Directory.GetDirectories($"/proc/{Id}/task"))
            found.AddRange(File.ReadAllText(Path.Combine(thread, "children")).Split(' ',
                StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        _models.Dispose();
    }

    // Two megabytes a folder in memory, seen by the server alone; everything else is the machine's.
    private static IEnumerable<string> Small(IEnumerable<string> folders) =>
    [
        "--dev-bind", "/", "/", "--die-with-parent",
        .. folders.SelectMany(folder => (string[])["--size", "2097152", "--tmpfs", folder]),
    ];

    private IEnumerable<string> Wrapped() => _smallFolders.Length == 0 ? [] : [.. Small(_smallFolders), "dotnet"];

    private IEnumerable<string> Arguments() =>
        [Program, "--urls", Address.ToString(), "--Runtime:ModelsPath", _models.Path, "--Server:Limits:MaxLag", "00:10:00",
            "--Server:Limits:IdleTimeout", "00:10:00", .. _settings];

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
