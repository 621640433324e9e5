using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// Which system calls a decoder may make in its sandbox: all but those by which holes of kernels are reached and which no decoder needs.
/// They fail as if they weren't permitted.
/// </summary>
/// <remarks>
/// A program of classic BPF as the kernel's seccomp takes it, for x86-64; elsewhere there is none. bubblewrap reads it from an open file
/// that it inherits, and has the kernel hold the decoder and all that it starts to it.
/// </remarks>
internal static partial class SystemCallFilter
{
    private const uint Architecture = 0xC000003E;   // AUDIT_ARCH_X86_64
    private const uint OtherNumbers = 0x40000000;   // from here on, the same calls by the numbers of x32
    private const uint NewNamespaces = 0x7E020000;  // CLONE_NEW…
    private const uint Clone = 56;
    private const uint Clone3 = 435;
    private const uint Socket = 41;
    private const uint InternetFour = 2;            // AF_INET

    private const int NumberOffset = 0;             // within what the kernel shows the filter
    private const int ArchitectureOffset = 4;
    private const int FirstArgumentOffset = 16;

    private const ushort Load = 0x20;
    private const ushort IfEqual = 0x15;
    private const ushort IfNotLess = 0x35;
    private const ushort IfAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF0000;
    private const uint NotPermitted = 0x00050001;   // EPERM
    private const uint NotThere = 0x00050026;       // ENOSYS: libraries then take the older call, whose flags can be seen
    private const int InstructionBytes = 8;

    private static readonly uint[] Refused =
    [
        Socket, 53,                                         // socket, socketpair
        101, 310, 311, 312, 434, 438,                       // ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_open, pidfd_getfd
        165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442,   // mount, umount2, pivot_root, chroot, open_tree to mount_setattr
        272, 308,                                           // unshare, setns
        321, 298, 323,                                      // bpf, perf_event_open, userfaultfd
        425, 426, 427, 206, 209,                            // io_uring, io_setup, io_submit
        248, 249, 250,                                      // add_key, request_key, keyctl
        175, 313, 176, 246, 320, 169,                       // init_module, finit_module, delete_module, kexec_load, kexec_file_load, reboot
        163, 167, 168, 179, 103, 154, 172, 173, 153,        // acct, swapon, swapoff, quotactl, syslog, modify_ldt, iopl, ioperm, vhangup
        159, 164, 227, 305,                                 // adjtimex, settimeofday, clock_settime, clock_adjtime
        303, 304, 300, 133, 259,                            // name_to_handle_at, open_by_handle_at, fanotify_init, mknod, mknodat
    ];

    /// <summary>The filter's instructions; empty where there is none for this machine.</summary>
    public static ReadOnlyMemory<byte> Program { get; } = IsForThisMachine ? Assemble(hasNetwork: false) : default;

    /// <summary>The filter of a decoder that has a network: it may make sockets of IPv4, and no others.</summary>
    public static ReadOnlyMemory<byte> NetworkProgram { get; } = IsForThisMachine ? Assemble(hasNetwork: true) : default;

    private static bool IsForThisMachine =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64;

    /// <summary>Opens the filter as a file in memory that processes started from now on inherit; the caller's to close.</summary>
    /// <param name="hasNetwork">Whether the processes have a network.</param>
    /// <returns>Null where there is none, or the system makes no such file.</returns>
    public static SafeFileHandle? Open(bool hasNetwork)
    {
        var program = hasNetwork ? NetworkProgram : Program;
        if (program.IsEmpty) return null;
        int handle = MemoryFile(nameof(SystemCallFilter), flags: 0);
        if (handle < 0) return null;
        var file = new SafeFileHandle(handle, ownsHandle: true);
        RandomAccess.Write(file, program.Span, fileOffset: 0);   // which leaves the place where its reader begins
        return file;
    }

    private static byte[] Assemble(bool hasNetwork)
    {
        // Behind what is looked at: allowed, refused, not there.
        const int start = 8;
        int head = hasNetwork ? start + 3 : start, allow = head + Refused.Length, refuse = allow + 1, lack = allow + 2;
        List<(ushort Code, int IfTrue, int IfFalse, uint Value)> instructions =
        [
            (Load, 0, 0, ArchitectureOffset),
            (IfEqual, 2, refuse, Architecture),
            (Load, 0, 0, NumberOffset),
            (IfNotLess, refuse, 4, OtherNumbers),
            (IfEqual, lack, 5, Clone3),
            (IfEqual, 6, start, Clone),
            (Load, 0, 0, FirstArgumentOffset),
            (IfAnyBit, refuse, allow, NewNamespaces),
            .. hasNetwork
                ? [(IfEqual, start + 1, head, Socket), (Load, 0, 0, FirstArgumentOffset), (IfEqual, allow, refuse, InternetFour)]
                : Array.Empty<(ushort, int, int, uint)>(),
            .. Refused.Select((number, i) => (IfEqual, refuse, head + i + 1, number)),
            (Return, 0, 0, Allow),
            (Return, 0, 0, NotPermitted),
            (Return, 0, 0, NotThere),
        ];
        byte[] program = new byte[instructions.Count * InstructionBytes];
        for (int i = 0; i < instructions.Count; i++)
        {
            var (code, ifTrue, ifFalse, value) = instructions[i];
            bool jumps = code is IfEqual or IfNotLess or IfAnyBit;
            var to = program.AsSpan(i * InstructionBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(to, code);
            to[2] = jumps ? checked((byte)(ifTrue - i - 1)) : (byte)0;
            to[3] = jumps ? checked((byte)(ifFalse - i - 1)) : (byte)0;
            BinaryPrimitives.WriteUInt32LittleEndian(to[4..], value);
        }

        return program;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
