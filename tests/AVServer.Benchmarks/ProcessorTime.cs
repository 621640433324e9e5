using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AVServer.Benchmarks;

/// <summary>Processor time of this process and of those that it started and that have ended, ffmpeg among them.</summary>
internal static partial class ProcessorTime
{
    private const int Children = -1;   // RUSAGE_CHILDREN

    public static TimeSpan OfAll()
    {
        var own = Process.GetCurrentProcess().TotalProcessorTime;
        if (!OperatingSystem.IsLinux()) return own;
        return GetUsage(Children, out var usage) == 0
            ? own + TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
                + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds)
            : throw new InvalidOperationException("getrusage failed.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, out Usage usage);

    // struct rusage of 64-bit Linux: two timevals, then fourteen longs that nobody asks for here.
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
