using System.Diagnostics;
using AVServer.TestKit;

namespace AVServer.Client.Tests.Kit;

/// <summary>Debian's Python, with the Python client and the packages that scripts/setup.sh installs.</summary>
internal static class PythonProgram
{
    private const string Program = "/usr/bin/python3";

    private static readonly string Client = Path.Combine(TestPaths.RepositoryRoot, "clients", "python");

    /// <summary>Runs a script of the client's tests to its end, which must be a good one.</summary>
    /// <param name="environment">Variables beside the test's own.</param>
    /// <param name="onLine">Given each line of standard output; what it gives back is a line of standard input.</param>
    /// <param name="script">The script's file name, and its arguments.</param>
    public static async Task RunAsync(
        IReadOnlyDictionary<string, string> environment, Func<string, Task<string?>> onLine, params string[] script)
    {
        var start = new ProcessStartInfo(Program, script)
        {
            WorkingDirectory = Path.Combine(Client, "tests"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["PYTHONPATH"] = Path.Combine(Client, "src");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = new List<string>();
        try
        {
            while (await python.StandardOutput.ReadLineAsync(TestTimeout.Token()) is { } line)
            {
                output.Add(line);
                if (await onLine(line) is { } answer) await python.StandardInput.WriteLineAsync(answer);
            }
            await python.WaitForExitAsync(TestTimeout.Token());
        }
        finally
        {
            if (!python.HasExited) python.Kill(entireProcessTree: true);
        }
        Assert.True(python.ExitCode == 0, $"{string.Join(' ', script)}:\n{string.Join('\n', output)}\n{await errors}");
    }
}
