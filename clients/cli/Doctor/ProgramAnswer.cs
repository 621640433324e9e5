using System.ComponentModel;
using System.Diagnostics;

namespace AVServer.Cli.Doctor;

/// <summary>What a program of this machine answers.</summary>
internal static class ProgramAnswer
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Standard output; null where it isn't there, fails, or doesn't end.</returns>
    public static async Task<string?> ReadAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Longest);
        Process? process = null;
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            process = Process.Start(start);
            if (process is null) return null;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(late.Token);
            var output = await process.StandardOutput.ReadToEndAsync(late.Token);
            await errors;
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0 ? output : null;
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }
    }
}
