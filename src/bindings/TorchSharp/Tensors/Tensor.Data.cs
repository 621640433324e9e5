using System.Runtime.InteropServices;
using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>The elements, row by row, to be copied out or overwritten, whatever the layout and device.</summary>
        /// <exception cref="InvalidOperationException">The tensor's element type isn't <typeparamref name="T"/>.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ScalarTypes.Require<T>(dtype);
            return new TensorAccessor<T>(this);
        }

        /// <summary>The elements' bytes, row by row: a copy when read; the setter needs exactly as many bytes.</summary>
        public Span<byte> bytes
        {
            get
            {
                var copy = new byte[NumberOfElements * ElementSize];
                CopyTo(copy.AsSpan());
                return copy;
            }
            set => CopyFrom<byte>(value);
        }

        /// <summary>The value of a tensor with one element.</summary>
        public T item<T>() where T : unmanaged
        {
            NativeMethods.Check(NativeMethods.shim_tensor_item(Handle, out var real, out var integer));
            GC.KeepAlive(this);
            return (T)(object)(typeof(T) switch
            {
                var type when type == typeof(float) => (float)real,
                var type when type == typeof(double) => real,
                var type when type == typeof(long) => integer,
                var type when type == typeof(int) => checked((int)integer),
                var type when type == typeof(short) => checked((short)integer),
                var type when type == typeof(byte) => checked((byte)integer),
                var type when type == typeof(bool) => real != 0,
                var type => throw new ArgumentException($"Expected a number or bool, got {type}."),
            });
        }

        public float ToSingle() => item<float>();

        public double ToDouble() => item<double>();

        public int ToInt32() => item<int>();

        public long ToInt64() => item<long>();

        public bool ToBoolean() => item<bool>();

        public static explicit operator float(Tensor value) => value.item<float>();

        public static explicit operator double(Tensor value) => value.item<double>();

        public static explicit operator long(Tensor value) => value.item<long>();

        public static explicit operator int(Tensor value) => value.item<int>();

        public static explicit operator bool(Tensor value) => value.item<bool>();

        /// <summary>Copies the elements' memory, row by row, from any device and layout.</summary>
        internal void CopyTo<T>(Span<T> destination) where T : unmanaged
        {
            fixed (T* pointer = destination)
                NativeMethods.Check(NativeMethods.shim_tensor_to_host(Handle, pointer, (long)destination.Length * sizeof(T)));
            GC.KeepAlive(this);
        }

        /// <summary>Overwrites the elements' memory, row by row.</summary>
        internal void CopyFrom<T>(ReadOnlySpan<T> source) where T : unmanaged
        {
            using var values = FromHost(MemoryMarshal.AsBytes(source), shape, dtype);
            using var mode = no_grad();
            copy_(values);
        }

        internal static Tensor FromHost(ReadOnlySpan<byte> data, ReadOnlySpan<long> shape, ScalarType dtype)
        {
            fixed (byte* pointer = data)
            fixed (long* sizes = shape)
            {
                NativeMethods.Check(NativeMethods.shim_tensor_from_host(pointer, data.Length, sizes, shape.Length, (int)dtype, out var handle), "tensor");
                return new Tensor(handle);
            }
        }
    }
}
