using System.Globalization;
using System.Runtime.InteropServices;

namespace AVServer.Media.Ffmpeg;

/// <summary>Resource limits of a child process, from its start or while it runs, by Linux's <c>prlimit</c>; elsewhere none.</summary>
internal static partial class ProcessLimits
{
    private const int Cpu = 0;            // RLIMIT_CPU, in seconds
    private const int CoreFile = 4;       // RLIMIT_CORE: a core dump would write a person's voice to disk
    private const int AddressSpace = 9;   // RLIMIT_AS, in bytes

    /// <summary>Where util-linux has its program that starts another with bounds.</summary>
    public const string Program = "/usr/bin/prlimit";

    /// <summary>The bounds as that program is told them.</summary>
    public static string Arguments(MediaLimits limits)
    {
        // The first limit asks it to end, the second ends it; where it grows, it is asked again each second.
        long cpu = (long)limits.MaxDecoderCpu.TotalSeconds;
        string hard = limits.DecoderCpuShare > 0 ? "" : $"{cpu + 1}";
        return string.Create(CultureInfo.InvariantCulture, $"--as={(long)limits.MaxDecoderMemoryMiB << 20} --core=0 --cpu={cpu}:{hard}");
    }

    /// <summary>Bounds the address space and forbids core dumps.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="addressSpaceBytes">Most address space.</param>
    /// <param name="cpu">Most processor time, in whole seconds; null: as much as it wants.</param>
    /// <param name="grows">Whether more may be allowed later.</param>
    public static void Apply(int processId, long addressSpaceBytes, TimeSpan? cpu, bool grows = false)
    {
        if (!OperatingSystem.IsLinux()) return;
        Set(processId, AddressSpace, (ulong)addressSpaceBytes, (ulong)addressSpaceBytes);
        Set(processId, CoreFile, 0, 0);
        // The first limit asks it to end, the second ends it. Only who is privileged may raise the second again: where it is to grow,
        // there is none, and it is asked again each second.
        if (cpu is { } most) Set(processId, Cpu, (ulong)most.TotalSeconds, grows ? ulong.MaxValue : (ulong)most.TotalSeconds + 1);
    }

    /// <summary>Allows more processor time, of a process that was bounded as one whose bound grows.</summary>
    public static void AllowCpu(int processId, TimeSpan cpu)
    {
        if (OperatingSystem.IsLinux()) Set(processId, Cpu, (ulong)cpu.TotalSeconds, ulong.MaxValue);
    }

    /// <summary>The processes that a process started, and theirs, as far as they can be seen.</summary>
    public static IEnumerable<int> DescendantsOf(int processId)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task/{processId}/children");
        string children;
        try
        {
            children = File.ReadAllText(path);
        }
        catch (IOException)
        {
            yield break;   // it has ended, or this is no Linux
        }

        foreach (string child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int id = int.Parse(child, CultureInfo.InvariantCulture);
            yield return id;
            foreach (int further in DescendantsOf(id)) yield return further;
        }
    }

    // Fails only if the process has already ended, and then there is nothing left to bound.
    private static void Set(int processId, int resource, ulong soft, ulong hard)
    {
        var limit = new ResourceLimit { Soft = soft, Hard = hard };
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
