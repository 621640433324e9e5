using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// Starts processes on a thread that lasts as long as this process: a child that is to die with its parent dies, for the kernel, with the
/// thread that started it, and those of the pool come and go.
/// </summary>
internal static class DecoderThread
{
    private static readonly BlockingCollection<Action> Starts = Begin();

    /// <summary>Starts a process.</summary>
    /// <param name="start">What is started.</param>
    /// <param name="isSandboxed">Whether it is bubblewrap, which is then given the <see cref="SystemCallFilter"/>.</param>
    /// <param name="hasNetwork">Whether it has a network there.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static Process Start(ProcessStartInfo start, bool isSandboxed, bool hasNetwork = false)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                // One for each: who reads it moves the place at which the next would begin.
                using var filter = isSandboxed ? SystemCallFilter.Open(hasNetwork) : null;
                string handle = filter?.DangerousGetHandle().ToString(CultureInfo.InvariantCulture) ?? "";
                if (filter is not null) start.Arguments = $"--seccomp {handle} {start.Arguments}";
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException("No process was started."));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Begin()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = nameof(DecoderThread) };
        thread.Start();
        return starts;
    }
}
