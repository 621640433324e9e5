using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests.Kit;

/// <summary>
/// Runs one check of the folder <c>checks</c> in Node, which drives Chromium; what the check writes to its standard error says why it
/// failed.
/// </summary>
/// <remarks>
/// Where AVSERVER_SCREENSHOTS names a folder, the checks leave pictures of the page there: those of the README are made so.
/// </remarks>
internal static class BrowserCheck
{
    // A check waits for several things.
    private static readonly TimeSpan Limit = 3 * TestTimeout.Longest;

    /// <param name="check">File name without extension.</param>
    /// <param name="arguments">What the check needs to know; becomes a JSON object.</param>
    /// <param name="onRequest">Does what the check asks for by a line on its standard output, and then answers it.</param>
    public static async Task RunAsync(string check, object arguments, Func<string, Task>? onRequest = null)
    {
        var script = Path.Combine(TestPaths.RepositoryRoot, "tests", "AVServer.Browser.Tests", "checks", check + ".mjs");
        var timeout = TestTimeout.Longest.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("node", [script, JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web), timeout])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var errors = new StringBuilder();
        node.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        node.BeginErrorReadLine();
        try
        {
            while (await node.StandardOutput.ReadLineAsync(limit.Token) is { } request)
            {
                if (onRequest is null)
                    throw new InvalidOperationException($"Expected nothing on the check's standard output, got '{request}'.");
                await onRequest(request);
                await node.StandardInput.WriteLineAsync("done");
                await node.StandardInput.FlushAsync(limit.Token);
            }
            await node.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!node.HasExited) node.Kill(entireProcessTree: true);
        }
        Assert.True(node.ExitCode == 0, $"The check '{check}' failed:{Environment.NewLine}{errors}");
    }
}
