using System.Runtime.InteropServices;

namespace AVServer.Media.Ffmpeg;

/// <summary>Resource limits of a running child process, by Linux's <c>prlimit</c>; without effect elsewhere.</summary>
internal static partial class ProcessLimits
{
    private const int AddressSpace = 9;   // RLIMIT_AS
    private const int CoreFile = 4;       // RLIMIT_CORE: a core dump would write a person's voice to disk

    /// <summary>Bounds the address space and forbids core dumps.</summary>
    public static void Apply(int processId, long addressSpaceBytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        Set(processId, AddressSpace, (ulong)addressSpaceBytes);
        Set(processId, CoreFile, 0);
    }

    // Fails only if the process has already ended, and then there is nothing left to bound.
    private static void Set(int processId, int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = PrLimit(processId, resource, in limit, 0);
    }

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int PrLimit(int processId, int resource, in ResourceLimit newLimit, nint oldLimit);

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
