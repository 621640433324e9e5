using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AVServer.Networks;

/// <summary>Turns libtorch's use of oneDNN off, before any network of this library runs: its convolutions can't be relied upon.</summary>
/// <remarks>
/// The oneDNN inside libtorch 2.10 (3.7.1) was seen to compute some float convolutions wrongly, on a virtual machine whose processor
/// doesn't tell the sizes of its caches: values are missing or aren't numbers, and nothing says so. Which shapes are hit depends on the
/// instructions that it may use; none spares all. libtorch's own convolutions, of matrix products, are right. TorchSharp has no name for
/// the switch, so libtorch is asked itself. NNPACK, which would be next in line, goes too: it complains, once a thread, of every processor
/// that doesn't tell the sizes of its caches.
/// </remarks>
internal static partial class OneDnn
{
    // A library's module initialiser: there is no other moment that comes for certain before a network of this library runs.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TurnOff()
    {
        SetUserEnabledMkldnn(GlobalContext(), enabled: false);
        SetUserEnabledNnpack(GlobalContext(), enabled: false);
    }

    /// <summary>Whether libtorch may use it.</summary>
    internal static bool IsOn => UserEnabledMkldnn(GlobalContext());

    // at::globalContext() and of at::Context setUserEnabledMkldnn(bool), setUserEnabledNNPACK(bool) and userEnabledMkldnn() const, as the
    // compiler names them.
    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GlobalContext();

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SetUserEnabledMkldnn(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void SetUserEnabledNnpack(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZNK2at7Context17userEnabledMkldnnEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool UserEnabledMkldnn(nint context);
}
