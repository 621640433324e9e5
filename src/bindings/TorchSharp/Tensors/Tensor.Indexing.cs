using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The part that an index expression names: a view, or a copy where an index is a tensor.</summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set
            {
                var (view, positions) = Resolve(indices);
                if (positions is null) view.copy_(value);
                else view.index_put_(value, positions);
                if (!ReferenceEquals(view, this)) view.Dispose();
            }
        }

        /// <summary>The part that an index expression names: a view, or a copy where an index is a tensor.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, positions) = Resolve(indices);
            if (positions is null) return ReferenceEquals(view, this) ? alias() : view;
            var picked = Aten.Call("index.Tensor", view, positions);
            if (!ReferenceEquals(view, this)) view.Dispose();
            return picked;
        }

        public Tensor index_put_(Tensor value, params Tensor?[] positions)
        {
            Aten.Run("index_put_", this, positions, value);
            return this;
        }

        /// <summary>Picks along one dimension, by position.</summary>
        public Tensor index_select(long dim, Tensor index) => Aten.Call("index_select", this, dim, index);

        public Tensor gather(long dim, Tensor index) => Aten.Call("gather", this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.Call("scatter.src", this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src)
        {
            Aten.Run("scatter_.src", this, dim, index, src);
            return this;
        }

        public Tensor scatter_(long dim, Tensor index, Scalar value)
        {
            Aten.Run("scatter_.value", this, dim, index, value);
            return this;
        }

        public Tensor select(long dim, long index) => Aten.Call("select.int", this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) => Aten.Call("slice.Tensor", this, dim, start, finish, step);

        /// <summary>A view of <paramref name="length"/> positions of one dimension.</summary>
        public Tensor narrow(long dim, long start, long length) => Aten.Call("narrow", this, dim, start, length);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.Call("masked_fill.Scalar", this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            Aten.Run("masked_fill_.Scalar", this, mask, value);
            return this;
        }

        public Tensor masked_select(Tensor mask) => Aten.Call("masked_select", this, mask);

        public Tensor nonzero() => Aten.Call("nonzero", this);

        /// <summary>Walks the indices as views, dimension by dimension; tensors of positions are left for one gather at the end.</summary>
        private (Tensor View, Tensor?[]? Positions) Resolve(TensorIndex[] indices)
        {
            var view = this;
            var positions = new List<Tensor?>();
            var dim = 0;
            for (var i = 0; i < indices.Length; i++)
            {
                var next = Step(view, indices[i], indices.AsSpan(i + 1), positions, ref dim);
                if (!ReferenceEquals(next, view) && !ReferenceEquals(view, this)) view.Dispose();
                view = next;
            }
            return (view, positions.Any(tensor => tensor is not null) ? [.. positions] : null);
        }

        private static Tensor Step(Tensor view, TensorIndex index, ReadOnlySpan<TensorIndex> rest, List<Tensor?> positions, ref int dim)
        {
            switch (index.Type)
            {
                case TensorIndex.Kind.Single:
                    return view.select(dim, index.Start!.Value);
                case TensorIndex.Kind.Slice:
                    positions.Add(null);
                    return index is { Start: null, Stop: null, Step: null }
                        ? SkipDimension(view, ref dim)
                        : Aten.Call("slice.Tensor", view, dim++, index.Start, index.Stop, index.Step ?? 1);
                case TensorIndex.Kind.None:
                    positions.Add(null);
                    return view.unsqueeze(dim++);
                case TensorIndex.Kind.Ellipsis:
                    var named = 0;
                    foreach (var other in rest)
                        if (other.Type != TensorIndex.Kind.None) named += other.Positions is { dtype: ScalarType.Bool } mask ? (int)mask.ndim : 1;
                    for (var skipped = (int)view.ndim - dim - named; skipped > 0; skipped--, dim++) positions.Add(null);
                    return view;
                default:
                    positions.Add(index.Positions);
                    dim += index.Positions!.dtype == ScalarType.Bool ? (int)index.Positions.ndim : 1;
                    return view;
            }
        }

        private static Tensor SkipDimension(Tensor view, ref int dim)
        {
            dim++;
            return view;
        }
    }
}
