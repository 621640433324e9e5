using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AVServer.Runtime;

/// <summary>Memory of tensors that begins where the widest vectors do.</summary>
/// <remarks>
/// Kernels take rows up to such a boundary one by one: memory that begins anywhere else changes the order of sums, and with it the last
/// bits of what comes out.
/// </remarks>
internal static class TensorMemory
{
    /// <summary>Bytes at whose multiples a tensor begins.</summary>
    private const int Alignment = 64;

    /// <summary>Memory that stays where it is, so that native code may keep its address; zeros.</summary>
    /// <param name="length">Values.</param>
    public static Memory<float> Pinned(int length)
    {
        var array = GC.AllocateArray<float>(length + (Alignment / sizeof(float)), pinned: true);
        var past = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Alignment);
        return array.AsMemory((Alignment - past) % Alignment / sizeof(float), length);
    }

    /// <summary>Address of memory made by <see cref="Pinned"/>, valid as long as somebody holds the memory.</summary>
    public static nint Address(Memory<float> pinned)
    {
        if (!MemoryMarshal.TryGetArray<float>(pinned, out var segment))
            throw new ArgumentException("Expected memory of an array, got another.", nameof(pinned));
        return Marshal.UnsafeAddrOfPinnedArrayElement(segment.Array!, segment.Offset);
    }

    /// <summary>A view of memory made by <see cref="Pinned"/>; hold the memory for as long.</summary>
    public static OrtValue View(Memory<float> pinned, params long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pinned, shape);

    /// <summary>A tensor with memory of its own, zeros until filled.</summary>
    /// <param name="shape">Its axes.</param>
    /// <param name="values">Where its values are written.</param>
    public static OrtValue Create(long[] shape, out Span<float> values)
    {
        var tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
        values = tensor.GetTensorMutableDataAsSpan<float>();
        values.Clear();
        return tensor;
    }

    /// <summary>A tensor with a copy of the values.</summary>
    public static OrtValue Copy(ReadOnlySpan<float> source, params long[] shape)
    {
        var tensor = Create(shape, out var values);
        source.CopyTo(values);
        return tensor;
    }
}
