using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A handle of a libtorch tensor. Dispose it, or create it inside a <see cref="NewDisposeScope"/>; the finalizer only
    /// catches what was forgotten, late, since the collector doesn't see the native memory.
    /// </summary>
    public unsafe partial class Tensor : IDisposable
    {
        private const int MaxDims = 16;

        private static long _totalCount;
        private nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
            Interlocked.Increment(ref _totalCount);
            DisposeScopeManager.Register(this);
        }

        ~Tensor() => Release();

        /// <summary>Tensors that this process holds and has not disposed.</summary>
        public static long TotalCount => Interlocked.Read(ref _totalCount);

        /// <summary>The scope that disposes this tensor; null when its owner must.</summary>
        internal DisposeScope? OwningScope { get; set; }

        internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "The tensor was disposed, by hand or by the end of its dispose scope.");

        /// <summary>Whether the tensor was disposed or moved into a parameter.</summary>
        public bool IsInvalid => _handle == 0;

        public ScalarType dtype => Describe().Dtype;

        public DeviceType device_type => Describe().DeviceType;

        public Device device
        {
            get
            {
                var info = Describe();
                return new Device(info.DeviceType, info.DeviceIndex);
            }
        }

        /// <summary>Length of each dimension.</summary>
        public long[] shape => Layout().Sizes;

        /// <summary>Elements to step over for the next index of each dimension.</summary>
        public long[] stride() => Layout().Strides;

        /// <summary>Length of each dimension.</summary>
        public long[] size() => shape;

        /// <summary>Length of one dimension; negative counts from the last.</summary>
        public long size(int dim) => shape is var sizes && dim < 0 ? sizes[sizes.Length + dim] : sizes[dim];

        /// <summary>Number of dimensions.</summary>
        public long dim() => Describe().Dims;

        public long ndim => Describe().Dims;

        /// <summary>Number of dimensions.</summary>
        public long Dimensions => Describe().Dims;

        public long numel() => Describe().Elements;

        public long NumberOfElements => Describe().Elements;

        public long ElementSize => Describe().ElementBytes;

        public bool is_contiguous() => Describe().IsContiguous != 0;

        public bool is_leaf => Describe().IsLeaf != 0;

        public bool is_floating_point() => dtype is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

        /// <summary>Another handle of the same tensor, registered in the current scope.</summary>
        public Tensor alias()
        {
            NativeMethods.Check(NativeMethods.shim_tensor_alias(Handle, out var handle));
            return new Tensor(handle);
        }

        public void Dispose()
        {
            OwningScope?.Forget(this);
            Release();
            GC.SuppressFinalize(this);
        }

        /// <summary>Gives the tensor to the scope around the current one, or to nobody where there is none.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of its scope: from here on its owner disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        /// <summary>Gives the tensor to another scope.</summary>
        public Tensor MoveToOtherDisposeScope(DisposeScope scope)
        {
            OwningScope?.Forget(this);
            scope.Include(this);
            return this;
        }

        public override string ToString() => IsInvalid ? "disposed" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        /// <summary>Hands the native tensor over; this handle is invalid from here on.</summary>
        internal nint MoveHandle()
        {
            var handle = Handle;
            OwningScope?.Forget(this);
            _handle = 0;
            Interlocked.Decrement(ref _totalCount);
            return handle;
        }

        /// <summary>Puts another native tensor behind this handle, as a module does when it moves to another device.</summary>
        internal void ReplaceHandle(nint handle)
        {
            NativeMethods.shim_tensor_free(Handle);
            _handle = handle;
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0) return;
            NativeMethods.shim_tensor_free(handle);
            Interlocked.Decrement(ref _totalCount);
        }

        private NativeTensorInfo Describe()
        {
            NativeTensorInfo info;
            NativeMethods.Check(NativeMethods.shim_tensor_info(Handle, &info, null, null, 0));
            GC.KeepAlive(this);
            return info;
        }

        private (long[] Sizes, long[] Strides) Layout()
        {
            NativeTensorInfo info;
            var sizes = stackalloc long[MaxDims];
            var strides = stackalloc long[MaxDims];
            NativeMethods.Check(NativeMethods.shim_tensor_info(Handle, &info, sizes, strides, MaxDims));
            GC.KeepAlive(this);
            if (info.Dims > MaxDims) throw new NotSupportedException($"Expected at most {MaxDims} dimensions, got {info.Dims}.");
            return (new Span<long>(sizes, info.Dims).ToArray(), new Span<long>(strides, info.Dims).ToArray());
        }
    }
}
