using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>The C interface of native/torch_shim.cpp.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Shim = "TorchShim";

    /// <summary>
    /// OpenMP's idle threads spin by default, which on busy cores makes two threads many times slower than one.
    /// OpenMP reads the variable when libtorch is loaded, so it is set before the first call; a value set by the user stays.
    /// </summary>
    static NativeMethods() => _ = setenv("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport(Shim)] internal static partial byte* shim_last_error();
    [LibraryImport(Shim)] internal static partial byte* shim_version();
    [LibraryImport(Shim)] internal static partial void shim_free(nint memory);

    [LibraryImport(Shim, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int shim_operator(string name, string overload, out nint handle);

    [LibraryImport(Shim)]
    internal static partial int shim_call(nint handle, NativeValue* arguments, int count, NativeValue* results, int capacity, int* written);

    [LibraryImport(Shim)]
    internal static partial int shim_tensor_from_host(void* data, long bytes, long* sizes, int dims, int dtype, out nint tensor);

    [LibraryImport(Shim)] internal static partial int shim_tensor_to_host(nint tensor, void* destination, long bytes);
    [LibraryImport(Shim)] internal static partial void shim_tensor_free(nint tensor);
    [LibraryImport(Shim)] internal static partial int shim_tensor_alias(nint tensor, out nint alias);
    [LibraryImport(Shim)] internal static partial int shim_tensor_info(nint tensor, NativeTensorInfo* info, long* sizes, long* strides, int capacity);
    [LibraryImport(Shim)] internal static partial int shim_tensor_item(nint tensor, out double real, out long integer);

    [LibraryImport(Shim)] internal static partial int shim_set_requires_grad(nint tensor, int enabled);
    [LibraryImport(Shim)] internal static partial int shim_grad(nint tensor, out nint grad);
    [LibraryImport(Shim)] internal static partial int shim_set_grad(nint tensor, nint grad);
    [LibraryImport(Shim)] internal static partial int shim_backward(nint root, nint grad, int retainGraph, int createGraph);

    [LibraryImport(Shim)]
    internal static partial int shim_autograd_grad(
        nint* outputs, int outputCount, nint* inputs, int inputCount, nint* grads, int gradCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Shim)] internal static partial int shim_set_grad_mode(int enabled);
    [LibraryImport(Shim)] internal static partial int shim_grad_mode();
    [LibraryImport(Shim)] internal static partial int shim_set_num_threads(int threads);
    [LibraryImport(Shim)] internal static partial int shim_get_num_threads();
    [LibraryImport(Shim)] internal static partial int shim_manual_seed(long seed);
    [LibraryImport(Shim)] internal static partial int shim_set_flush_denormal(int enabled);
    [LibraryImport(Shim)] internal static partial int shim_cuda_device_count();

    /// <summary>Throws what the last call on this thread reported.</summary>
    /// <param name="status">The call's result: 0 is success.</param>
    /// <param name="what">The operator or function, for the message.</param>
    internal static void Check(int status, [CallerMemberName] string what = "")
    {
        if (status < 0) throw new TorchException(what, Marshal.PtrToStringUTF8((nint)shim_last_error())!);
    }
}
