namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an index expression: a number, a slice, a tensor of positions or a mask, an ellipsis, or a new dimension.</summary>
    public readonly struct TensorIndex
    {
        internal enum Kind { Single, Slice, Tensor, Ellipsis, None }

        internal Kind Type { get; private init; }
        internal long? Start { get; private init; }
        internal long? Stop { get; private init; }
        internal long? Step { get; private init; }
        internal Tensor? Positions { get; private init; }

        /// <summary>All dimensions not named by the other indices.</summary>
        public static TensorIndex Ellipsis => new() { Type = Kind.Ellipsis };

        /// <summary>A new dimension of length 1.</summary>
        public static TensorIndex None => new() { Type = Kind.None };

        /// <summary>A new dimension of length 1.</summary>
        public static TensorIndex Null => None;

        /// <summary>The whole dimension.</summary>
        public static TensorIndex Colon => Slice();

        /// <summary>Every <paramref name="step"/>th from <paramref name="start"/> up to but without <paramref name="stop"/>; negative counts from the end.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Type = Kind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Single(long index) => new() { Type = Kind.Single, Start = index };

        public static TensorIndex Tensor(Tensor positions) => new() { Type = Kind.Tensor, Positions = positions };

        public static implicit operator TensorIndex(long index) => Single(index);

        public static implicit operator TensorIndex(Tensor positions) => Tensor(positions);

        public static implicit operator TensorIndex((long? Start, long? Stop) slice) => Slice(slice.Start, slice.Stop);

        public static implicit operator TensorIndex((long? Start, long? Stop, long? Step) slice) => Slice(slice.Start, slice.Stop, slice.Step);

        public static implicit operator TensorIndex(Index index) => Single(FromEnd(index) ?? 0);

        public static implicit operator TensorIndex(Range range) =>
            Slice(FromEnd(range.Start), range.End is { IsFromEnd: true, Value: 0 } ? null : FromEnd(range.End));

        private static long? FromEnd(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
