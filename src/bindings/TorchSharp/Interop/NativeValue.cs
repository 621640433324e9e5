using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

internal enum NativeTag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    String = 5,
    Device = 6,
    IntList = 7,
    DoubleList = 8,
    TensorList = 9,
}

/// <summary>One argument or result of an operator, as torch_shim.cpp's ShimValue lays it out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct NativeValue
{
    [FieldOffset(0)] public NativeTag Tag;
    [FieldOffset(8)] public long Integer;
    [FieldOffset(8)] public double Real;
    [FieldOffset(8)] public nint Pointer;
    [FieldOffset(16)] public long Length;
}

/// <summary>What a tensor is, as torch_shim.cpp's ShimTensorInfo lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTensorInfo
{
    public torch.ScalarType Dtype;
    public DeviceType DeviceType;
    public int DeviceIndex;
    public int Dims;
    public long Elements;
    public long ElementBytes;
    public byte RequiresGrad;
    public byte IsLeaf;
    public byte IsContiguous;
    private readonly byte _padding;
    private readonly int _paddingToEight;
}
