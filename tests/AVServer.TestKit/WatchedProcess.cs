using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace AVServer.TestKit;

/// <summary>
/// A program of the project as a process of its own, with a temporary folder of its own, whose connections are looked at for as long as it
/// runs.
/// </summary>
public sealed partial class WatchedProcess : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly TemporaryFolder _temporary = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, bool> _foreign = new();
    private readonly Process _process;
    private readonly Task _exit;
    private readonly Task _watch;

    private WatchedProcess(string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["TMPDIR"] = _temporary.Path;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"Expected a process of {program}, got none.");
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exit = _process.WaitForExitAsync(TestTimeout.Token());
        _watch = WatchAsync();
    }

    /// <summary>What it wrote until now, to standard output and standard error.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>What a telemetry client has left in its temporary folder.</summary>
    public IReadOnlyList<string> Left =>
        [.. Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_temporary.Path, path)).Where(name => Traces().IsMatch(name))];

    /// <summary>Addresses beyond this machine that it had a socket to, at any time that was looked at.</summary>
    public IReadOnlyCollection<string> ForeignConnections => [.. _foreign.Keys];

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its assembly.</param>
    /// <param name="environment">Variables beside the test's own.</param>
    /// <param name="arguments">Its arguments.</param>
    public static WatchedProcess Start(
        string program, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(program, environment, arguments);

    /// <summary>Waits until it has written what is expected.</summary>
    public async Task<Match> UntilAsync(Regex expected)
    {
        for (var timeout = TestTimeout.Token(); !timeout.IsCancellationRequested
            && !_exit.IsCompleted; await Task.Delay(Interval, CancellationToken.None))
            if (expected.Match(Output) is { Success: true } found) return found;
        throw new InvalidOperationException($"Expected '{expected}', it wrote:\n{Output}");
    }

    /// <summary>Asks it to end, as an operator's service does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _exit;
        await _watch;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _watch;
        _process.Dispose();
        _temporary.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_process.HasExited)
        {
            try
            {
                foreach (var address in Remote(_process.Id)) _foreign.TryAdd(address, true);
            }
            catch (IOException)
            {
                // It has ended, or closed a file, while it was looked at.
            }
            catch (UnauthorizedAccessException)
            {
                // The same, as the kernel says it of a process that is about to go.
            }
            await Task.Delay(Interval);
        }
    }

    private static IEnumerable<string> Remote(int process)
    {
        var folder = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";
        var sockets = Directory.EnumerateFiles($"{folder}/fd")
            .Select(file => Socket().Match(new FileInfo(file).LinkTarget ?? "").Groups[1].Value).ToHashSet();
        foreach (var protocol in (string[])["tcp", "tcp6", "udp", "udp6"])
        {
            foreach (var line in File.ReadLines($"{folder}/net/{protocol}").Skip(1))
            {
                // number, local, remote, state, …, the tenth is the inode
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (!sockets.Contains(columns[9])) continue;
                var address = Address(columns[2].Split(':')[0]);
                if (!IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
                    yield return $"{protocol} {address}";
            }
        }
    }

    // The kernel writes an address as words of four bytes in the machine's order, little-endian here.
    private static IPAddress Address(string words)
    {
        var bytes = Convert.FromHexString(words);
        for (var word = 0; word < bytes.Length; word += 4) Array.Reverse(bytes, word, 4);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    [GeneratedRegex(@"^socket:\[(\d+)\]$")]
    private static partial Regex Socket();

    [GeneratedRegex(@"(^|/)mat-debug[^/]*$|\.ses$")]
    private static partial Regex Traces();
}
