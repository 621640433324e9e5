using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace AVServer.Media.Ffmpeg;

/// <summary>How much a pipe holds before its writer waits, by Linux's <c>F_SETPIPE_SZ</c>; without effect elsewhere.</summary>
internal static partial class PipeCapacity
{
    private const int SetPipeSize = 1031;

    /// <summary>Asks for a capacity. Where the system grants none so large, the pipe stays as it is, which is only slower.</summary>
    public static void Request(Stream pipe, int bytes)
    {
        if (OperatingSystem.IsLinux() && pipe is PipeStream { SafePipeHandle: var handle }) _ = Fcntl(handle, SetPipeSize, bytes);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeHandle handle, int command, int argument);
}
