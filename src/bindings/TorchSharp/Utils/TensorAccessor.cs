using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Reads and writes a tensor's elements, row by row, whatever its layout and device.</summary>
public sealed class TensorAccessor<T> : IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor) => _tensor = tensor;

    /// <summary>Number of elements.</summary>
    public long Count => _tensor.NumberOfElements;

    /// <summary>One element by its place in row order; for many, copy instead.</summary>
    public T this[long index]
    {
        get
        {
            using var one = _tensor.detach().reshape(-1).select(0, index);
            var value = new T[1];
            one.CopyTo(value.AsSpan());
            return value[0];
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        _tensor.CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>Copies all elements; the destination must have exactly <see cref="Count"/>.</summary>
    public void CopyTo(Span<T> destination) => _tensor.CopyTo(destination);

    /// <summary>Overwrites all elements; the source must have exactly <see cref="Count"/>.</summary>
    public void CopyFrom(ReadOnlySpan<T> source) => _tensor.CopyFrom(source);

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
