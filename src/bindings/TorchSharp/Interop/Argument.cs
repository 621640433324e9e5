using System.Runtime.CompilerServices;

namespace TorchSharp.Interop;

/// <summary>An operator's argument: a number in place, everything else by reference, so that a call boxes nothing.</summary>
internal readonly struct Argument
{
    internal readonly NativeTag Tag;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Argument(NativeTag tag, long bits, object? reference = null) => (Tag, Bits, Reference) = (tag, bits, reference);

    internal static Argument None => default;

    private static Argument List(NativeTag tag, object? list) => list is null ? None : new(tag, 0, list);

    public static implicit operator Argument(torch.Tensor? tensor) => tensor is null ? None : new(NativeTag.Tensor, 0, tensor);

    public static implicit operator Argument(int value) => new(NativeTag.Int, value);

    public static implicit operator Argument(long value) => new(NativeTag.Int, value);

    public static implicit operator Argument(long? value) => value is { } given ? given : None;

    public static implicit operator Argument(double value) => new(NativeTag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is { } given ? given : None;

    public static implicit operator Argument(bool value) => new(NativeTag.Bool, value ? 1 : 0);

    public static implicit operator Argument(string text) => new(NativeTag.String, 0, text);

    public static implicit operator Argument(torch.Device? device) => device is null ? None : new(NativeTag.Device, 0, device.ToString());

    public static implicit operator Argument(torch.ScalarType dtype) => new(NativeTag.Int, (long)dtype);

    public static implicit operator Argument(torch.ScalarType? dtype) => dtype is { } given ? given : None;

    public static implicit operator Argument(Scalar? scalar) => scalar?.ToArgument() ?? None;

    public static implicit operator Argument(torch.nn.Reduction reduction) => new(NativeTag.Int, (long)reduction);

    public static implicit operator Argument(long[]? items) => List(NativeTag.IntList, items);

    public static implicit operator Argument(double[]? items) => List(NativeTag.DoubleList, items);

    public static implicit operator Argument(torch.Tensor?[]? items) => List(NativeTag.TensorList, items);

    /// <summary>8-byte slots that the argument needs beside its value.</summary>
    internal int Slots => Tag switch
    {
        NativeTag.IntList or NativeTag.DoubleList or NativeTag.TensorList => ((Array)Reference!).Length,
        NativeTag.String or NativeTag.Device => (System.Text.Encoding.UTF8.GetByteCount((string)Reference!) + 7) / 8,
        _ => 0,
    };

    /// <summary>Writes the value; lists and strings go to <paramref name="arena"/>, which must stay in place during the call.</summary>
    internal unsafe NativeValue Write(Span<long> arena)
    {
        var value = new NativeValue { Tag = Tag, Integer = Bits };
        if (Tag == NativeTag.Tensor) value.Pointer = Unsafe.As<torch.Tensor>(Reference!).Handle;
        if (Tag < NativeTag.String) return value;
        value.Pointer = (nint)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(arena));
        switch (Reference)
        {
            case string text:
                value.Length = System.Text.Encoding.UTF8.GetBytes(text, System.Runtime.InteropServices.MemoryMarshal.AsBytes(arena));
                break;
            case long[] integers:
                integers.CopyTo(arena);
                value.Length = integers.Length;
                break;
            case double[] reals:
                reals.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<long, double>(arena));
                value.Length = reals.Length;
                break;
            case torch.Tensor?[] tensors:
                for (var i = 0; i < tensors.Length; i++) arena[i] = tensors[i]?.Handle ?? 0;
                value.Length = tensors.Length;
                break;
        }
        return value;
    }
}
