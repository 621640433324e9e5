using System.Collections.Concurrent;
using System.Diagnostics;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// Starts processes on a thread that lasts as long as this process: a child that is to die with its parent dies, for the kernel, with the
/// thread that started it, and those of the pool come and go.
/// </summary>
internal static class DecoderThread
{
    private static readonly BlockingCollection<Action> Starts = Begin();

    /// <summary>Starts a process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
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
