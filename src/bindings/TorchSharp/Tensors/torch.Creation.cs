using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor zeros(params ReadOnlySpan<long> size) => zeros(size, dtype: null);

    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("zeros", size.ToArray(), dtype, default, device), requires_grad);

    public static Tensor ones(params ReadOnlySpan<long> size) => ones(size, dtype: null);

    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("ones", size.ToArray(), dtype, default, device), requires_grad);

    public static Tensor empty(params ReadOnlySpan<long> size) => empty(size, dtype: null);

    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("empty.memory_format", size.ToArray(), dtype, default, device), requires_grad);

    public static Tensor randn(params ReadOnlySpan<long> size) => randn(size, dtype: null);

    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("randn", size.ToArray(), dtype, default, device), requires_grad);

    public static Tensor rand(params ReadOnlySpan<long> size) => rand(size, dtype: null);

    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("rand", size.ToArray(), dtype, default, device), requires_grad);

    /// <summary>All elements set to one value; its type is that of the value unless given.</summary>
    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("full", size.ToArray(), value, dtype, default, device), requires_grad);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("zeros_like", input, dtype, default, device), requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("ones_like", input, dtype, default, device), requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("empty_like", input, dtype, default, device), requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("randn_like", input, dtype, default, device), requires_grad);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("rand_like", input, dtype, default, device), requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("full_like", input, value, dtype, default, device), requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("arange", stop, dtype, default, device), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("arange.start", start, stop, dtype, default, device), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("arange.start_step", start, stop, step, dtype, default, device), requires_grad);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("linspace", start, end, steps, dtype, default, device), requires_grad);

    public static Tensor eye(long rows, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Wanted(Aten.Call("eye", rows, dtype, default, device), requires_grad);

    /// <summary>Whole numbers drawn evenly from [low, high).</summary>
    public static Tensor randint(long low, long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) =>
        Aten.Call("randint.low", low, high, size.ToArray(), dtype ?? ScalarType.Int64, default, device);

    /// <summary>The numbers 0 to n−1 in random order.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null) =>
        Aten.Call("randperm", n, dtype ?? ScalarType.Int64, default, device);

    private static Tensor Wanted(Tensor tensor, bool requires_grad) => requires_grad ? tensor.requires_grad_() : tensor;
}
