using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AVServer.Pipeline;

/// <summary>A layer's weights, laid out to be applied to several vectors at once. Immutable; shared by all threads.</summary>
/// <remarks>
/// A weight that was fetched is used for all vectors, and the sums stay in registers. Each is formed in the order of the inputs, beginning
/// with the bias, so that a vector's outputs don't depend on those beside it.
/// </remarks>
internal sealed class AffineLayer
{
    /// <summary>Vectors at a time.</summary>
    public const int Rows = 4;

    // Outputs that are summed up at once: two registers for each vector, four where they are half as wide.
    private static readonly int Columns = 2 * Vector512<float>.Count;

    private readonly int _inputs;
    private readonly int _outputs;
    // [blocks, inputs, Columns], behind the last output zeros.
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">By output.</param>
    public AffineLayer(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        (_outputs, _inputs) = (bias.Length, weights.Length / bias.Length);
        var blocks = (_outputs + Columns - 1) / Columns;
        (_weights, _bias) = (new float[blocks * _inputs * Columns], new float[blocks * Columns]);
        bias.CopyTo(_bias);
        for (var output = 0; output < _outputs; output++)
        {
            var (block, column) = Math.DivRem(output, Columns);
            for (var i = 0; i < _inputs; i++)
                _weights[(((block * _inputs) + i) * Columns) + column] = weights[(output * _inputs) + i];
        }
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="vectors">[<see cref="Rows"/>, inputs].</param>
    /// <param name="results">Receives [<see cref="Rows"/>, outputs].</param>
    public void Compute(ReadOnlySpan<float> vectors, Span<float> results)
    {
        Span<float> sums = stackalloc float[Rows * Columns];
        for (var block = 0; block * Columns < _outputs; block++)
        {
            var bias = MemoryMarshal.Cast<float, Vector512<float>>(_bias.AsSpan(block * Columns, Columns));
            var weights = MemoryMarshal.Cast<float, Vector512<float>>(_weights.AsSpan(block * _inputs * Columns, _inputs * Columns));
            var (a0, a1, a2, a3, b0, b1, b2, b3) = (bias[0], bias[0], bias[0], bias[0], bias[1], bias[1], bias[1], bias[1]);
            for (var i = 0; i < _inputs; i++)
            {
                var (a, b) = (weights[2 * i], weights[(2 * i) + 1]);
                var (v0, v1) = (Vector512.Create(vectors[i]), Vector512.Create(vectors[_inputs + i]));
                var (v2, v3) = (Vector512.Create(vectors[(2 * _inputs) + i]), Vector512.Create(vectors[(3 * _inputs) + i]));
                (a0, a1, a2, a3) = ((a * v0) + a0, (a * v1) + a1, (a * v2) + a2, (a * v3) + a3);
                (b0, b1, b2, b3) = ((b * v0) + b0, (b * v1) + b1, (b * v2) + b2, (b * v3) + b3);
            }
            var summed = MemoryMarshal.Cast<float, Vector512<float>>(sums);
            (summed[0], summed[1], summed[2], summed[3]) = (a0, b0, a1, b1);
            (summed[4], summed[5], summed[6], summed[7]) = (a2, b2, a3, b3);
            var count = Math.Min(Columns, _outputs - (block * Columns));
            for (var row = 0; row < Rows; row++)
                sums.Slice(row * Columns, count).CopyTo(results[((row * _outputs) + (block * Columns))..]);
        }
    }
}
