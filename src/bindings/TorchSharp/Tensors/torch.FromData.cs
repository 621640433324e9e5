using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor tensor(float scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Scalar0([scalar], dtype, device, requires_grad);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Scalar0([scalar], dtype, device, requires_grad);

    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Scalar0([scalar], dtype, device, requires_grad);

    public static Tensor tensor(int scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Scalar0([scalar], dtype, device, requires_grad);

    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null) => Scalar0([scalar], dtype, device, false);

    /// <summary>A tensor with a copy of an array's elements, in its shape: of one dimension or more.</summary>
    public static Tensor tensor(Array rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        from_array(rawArray, dtype, device, requires_grad);

    /// <summary>A tensor with a copy of the elements, row by row.</summary>
    /// <exception cref="ArgumentException">The number of elements isn't the product of the dimensions.</exception>
    public static Tensor tensor<T>(T[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged => FromSpan<T>(rawArray, dimensions, dtype, device, requires_grad);

    /// <summary>A tensor with a copy of the elements, row by row.</summary>
    /// <exception cref="ArgumentException">The number of elements isn't the product of the dimensions.</exception>
    public static Tensor tensor<T>(ReadOnlySpan<T> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged => FromSpan(rawArray, dimensions, dtype, device, requires_grad);

    /// <summary>A tensor with a copy of an array's elements, in its shape.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var shape = Enumerable.Range(0, rawArray.Rank).Select(rank => rawArray.GetLongLength(rank)).ToArray();
        var stored = ScalarTypes.Of(rawArray.GetType().GetElementType()!);
        var bytes = rawArray.LongLength == 0
            ? []
            : MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(rawArray), Buffer.ByteLength(rawArray));
        return Converted(Tensor.FromHost(bytes, shape, stored), dtype, device, requires_grad);
    }

    private static Tensor Scalar0<T>(ReadOnlySpan<T> value, ScalarType? dtype, Device? device, bool requires_grad) where T : unmanaged =>
        FromSpan(value, [], dtype, device, requires_grad);

    private static Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requires_grad) where T : unmanaged
    {
        long expected = 1;
        foreach (var length in shape) expected *= length;
        if (expected != values.Length)
            throw new ArgumentException($"Expected {expected} elements for the shape [{string.Join(", ", shape.ToArray())}], got {values.Length}.", nameof(shape));
        return Converted(Tensor.FromHost(MemoryMarshal.AsBytes(values), shape, ScalarTypes.Of(typeof(T))), dtype, device, requires_grad);
    }

    private static Tensor Converted(Tensor stored, ScalarType? dtype, Device? device, bool requires_grad)
    {
        var wanted = stored;
        if ((dtype is not null && dtype != stored.dtype) || (device is not null && device.type != DeviceType.CPU))
        {
            wanted = stored.to(dtype ?? stored.dtype, device ?? CPU);
            stored.Dispose();
        }
        return Wanted(wanted, requires_grad);
    }
}
