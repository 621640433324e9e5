using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>
/// The caches of a chunk in libtorch: taken from one tensor in the order in which the network asks for its past, and joined to the next
/// chunk's.
/// </summary>
/// <remarks>
/// A cache is [B, rows, values], each part's steps under those of the part before. Where the parts differ in their values, all stand
/// behind each other in one row; a single part that is no sequence of vectors is a cache as it is.
/// </remarks>
internal sealed class TorchStream(Tensor cache)
{
    private readonly List<Tensor> _next = [];
    private long _taken;

    /// <summary>The next part: [B, steps, values].</summary>
    internal Tensor Take(long steps, long values)
    {
        var rows = cache.size(2) == values;
        var part = rows ? cache.narrow(1, _taken, steps) : cache.narrow(2, _taken, steps * values).reshape(-1, steps, values);
        _taken += rows ? steps : steps * values;
        return part;
    }

    /// <summary>Keeps a part for the next chunk.</summary>
    internal void Keep(Tensor part) => _next.Add(part);

    /// <summary>The last part's steps before a chunk, and the chunk's last steps kept.</summary>
    internal Tensor Past(Tensor x, int axis, int steps)
    {
        var sequence = x.dim() == 3;
        var past = !sequence ? cache : axis == 1 ? Take(steps, x.size(2)) : Take(steps, x.size(1)).transpose(1, 2);
        var seen = cat([past, x], axis);
        var last = seen.narrow(axis, seen.size(axis) - steps, steps);
        Keep(sequence && axis == 2 ? last.transpose(1, 2) : last);
        return seen;
    }

    /// <summary>The cache for the next chunk.</summary>
    internal Tensor Next()
    {
        if (_next is [var only]) return only.contiguous();
        var rows = _next.All(part => part.size(2) == cache.size(2));
        return rows ? cat(_next, 1) : cat([.. _next.Select(part => part.reshape(part.size(0), 1, -1))], 2);
    }
}
