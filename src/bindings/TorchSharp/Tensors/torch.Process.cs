using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>The functions and types of PyTorch, under their own names.</summary>
public static partial class torch
{
    /// <summary>libtorch's version, such as 1.13.1.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)NativeMethods.shim_version())!;

    /// <summary>Opens a scope: tensors created on this thread until its end are disposed with it.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Open();

    /// <summary>Sets the seed of the random numbers of every device.</summary>
    public static void manual_seed(long seed) => NativeMethods.Check(NativeMethods.shim_manual_seed(seed));

    /// <summary>Sets how many threads one operator may use.</summary>
    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.shim_set_num_threads(num));

    public static int get_num_threads() => NativeMethods.shim_get_num_threads();

    /// <summary>Counts numbers too small for full precision as 0, which is many times faster.</summary>
    /// <returns>Whether the processor can.</returns>
    public static bool set_flush_denormal(bool mode) => NativeMethods.shim_set_flush_denormal(mode ? 1 : 0) != 0;

    public static class cuda
    {
        /// <summary>Whether this libtorch has CUDA and the machine has a device for it.</summary>
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeMethods.shim_cuda_device_count();
    }
}
