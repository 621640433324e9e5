using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace AVServer.Guides.Tests.Kit;

/// <summary>A program of a guide while it runs; killed with all that it started when this object goes.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    /// <summary>How long anything that a guide promises may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    private readonly string _name;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _gate = new();
    private Task _end = Task.CompletedTask;
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>What it wrote until now, to standard output and standard error.</summary>
    public string Output
    {
        get { lock (_gate) return _output.ToString(); }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="folder">Where it works.</param>
    /// <param name="environment">Variables beside the test's own.</param>
    /// <param name="command">The program and its arguments.</param>
    public static RunningProgram Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var program = new RunningProgram(string.Join(' ', command), Process.Start(start)!);
        program._process.StandardInput.Close();
        program._process.OutputDataReceived += program.Take;
        program._process.ErrorDataReceived += program.Take;
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        program._end = program._process.WaitForExitAsync();   // of its output too
        return program;
    }

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        await using var program = Start(folder, environment, command);
        await program.ExitAsync();
        return program.Output;
    }

    /// <summary>Waits for the end, which must be a good one.</summary>
    public async Task ExitAsync()
    {
        var code = await EndAsync();
        Assert.True(code == 0, $"Expected '{_name}' to end well, got {code}:\n{Output}");
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await Task.WhenAny(_end, Task.Delay(Timeout));
        Assert.True(_end.IsCompleted, $"Expected '{_name}' to end within {Timeout.TotalSeconds} s, it still runs:\n{Output}");
        return _process.ExitCode;
    }

    /// <summary>Waits until it has written what is expected.</summary>
    /// <returns>What was found.</returns>
    public async Task<Match> UntilAsync(Regex expected)
    {
        var limit = Task.Delay(Timeout);
        while (true)
        {
            var (more, ended) = (_more.Task, _end.IsCompleted);
            if (expected.Match(Output) is { Success: true } found) return found;
            Assert.False(
                ended || limit.IsCompleted,
                $"Expected '{expected}' from '{_name}' {(ended ? "before its end" : $"within {Timeout.TotalSeconds} s")}, it "
                + $"wrote:\n{Output}");
            await Task.WhenAny(more, _end, limit);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _end;
        _process.Dispose();
    }

    private void Take(object sender, DataReceivedEventArgs line)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _output.AppendLine(line.Data);
            (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        more.SetResult();
    }
}
