using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>Hours of speech as outputs of a phone network, to count a word's false alarms on. Thread-safe.</summary>
/// <remarks>
/// File: counts (recordings, dim, states), the network's last layer in half precision (weights [states, dim], bias), a scale for each
/// dimension, the length of each recording, and its vectors in eight bits.
/// </remarks>
public sealed class BackgroundSpeech
{
    private const int PartitionOutputs = 4_096;

    private readonly int _dim;
    private readonly int _states;
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly float[] _scales;
    private readonly int[] _lengths;
    private readonly sbyte[] _codes;
    private readonly Lock _gate = new();
    private PhoneScoreHistory? _phoneScores;

    private BackgroundSpeech(int dim, int states, float[] weights, float[] bias, float[] scales, int[] lengths, sbyte[] codes) =>
        (_dim, _states, _weights, _bias, _scales, _lengths, _codes) = (dim, states, weights, bias, scales, lengths, codes);

    /// <summary>Length of all recordings.</summary>
    public double Hours => _lengths.Sum(length => (long)length) * 0.03 / 3600;

    /// <summary>Number of a recording's first output among all.</summary>
    public long FirstOutput(int recording) => _lengths.Take(recording).Sum(length => (long)length);

    /// <summary>Reads a file.</summary>
    public static BackgroundSpeech Parse(ReadOnlySpan<byte> file)
    {
        var counts = MemoryMarshal.Cast<byte, int>(file[..12]);
        var (recordings, dim, states) = (counts[0], counts[1], counts[2]);
        var rest = file[12..];
        var weights = FromHalves(Take(ref rest, states * dim * 2));
        var bias = FromHalves(Take(ref rest, states * 2));
        var scales = MemoryMarshal.Cast<byte, float>(Take(ref rest, dim * 4)).ToArray();
        var lengths = MemoryMarshal.Cast<byte, int>(Take(ref rest, recordings * 4)).ToArray();
        return new BackgroundSpeech(dim, states, weights, bias, scales, lengths, MemoryMarshal.Cast<byte, sbyte>(rest).ToArray());

        static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, int length)
        {
            var taken = from[..length];
            from = from[length..];
            return taken;
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="weights">The last layer's weights, [states, dim].</param>
    /// <param name="bias">Its bias.</param>
    /// <param name="recordings">Vectors of each recording, [outputs, dim].</param>
    public static byte[] Write(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, IReadOnlyList<float[]> recordings)
    {
        var dim = weights.Length / bias.Length;
        var scales = new float[dim];
        foreach (var values in recordings)
            for (var i = 0; i < values.Length; i++) scales[i % dim] = Math.Max(scales[i % dim], Math.Abs(values[i]) / 127);
        using var file = new MemoryStream();
        file.Write(MemoryMarshal.AsBytes<int>([recordings.Count, dim, bias.Length]));
        file.Write(MemoryMarshal.AsBytes<Half>(ToHalves(weights)));
        file.Write(MemoryMarshal.AsBytes<Half>(ToHalves(bias)));
        file.Write(MemoryMarshal.AsBytes<float>(scales));
        file.Write(MemoryMarshal.AsBytes<int>(recordings.Select(values => values.Length / dim).ToArray()));
        foreach (var values in recordings)
            file.Write(
                MemoryMarshal.AsBytes<sbyte>(
                    values.Select((value, i) => (sbyte)MathF.Round(scales[i % dim] > 0 ? value / scales[i % dim] : 0)).ToArray()));
        return file.ToArray();
    }

    /// <summary>Scores of all phones in all recordings; computed when first asked for, which takes some seconds.</summary>
    /// <param name="states">Outputs of the phones.</param>
    public PhoneScoreHistory PhoneScores(PhoneStates states)
    {
        lock (_gate)
        {
            if (_phoneScores is not null) return _phoneScores;
            var outputs = _lengths.Sum();
            var parts = new PhoneScoreHistory[(outputs + PartitionOutputs - 1) / PartitionOutputs];
            var layer = new AffineLayer(_weights, _bias);
            Parallel.For(0, parts.Length, part =>
            {
                var (first, end) = (part * PartitionOutputs, Math.Min(outputs, (part + 1) * PartitionOutputs));
                var (vectors, scores) = (new float[AffineLayer.Rows * _dim], new float[AffineLayer.Rows * _states]);
                parts[part] = new PhoneScoreHistory(states, end - first);
                for (var output = first; output < end; output += AffineLayer.Rows)
                {
                    var count = Math.Min(AffineLayer.Rows, end - output);
                    for (var i = 0; i < count; i++) Decode(output + i, vectors.AsSpan(i * _dim, _dim));
                    layer.Compute(vectors, scores);
                    for (var i = 0; i < count; i++) parts[part].Accept(scores.AsSpan(i * _states, _states));
                }
            });
            var history = new PhoneScoreHistory(states, outputs);
            foreach (var part in parts)
                for (var output = 0L; output < part.Count; output++) history.Accept(part, output);
            return _phoneScores = history;
        }
    }

    /// <summary>Scores the recordings for a set of words, one after the other.</summary>
    /// <param name="words">What is looked for; only their outputs are computed.</param>
    /// <param name="begin">Called before each recording.</param>
    /// <param name="next">Called with the number of each output among all and its scores, valid for the call.</param>
    /// <param name="cancellationToken">Stops between two recordings.</param>
    public void ScoreRecordings(WordSet words, Action begin, Action<long, ReadOnlySpan<float>> next, CancellationToken cancellationToken)
    {
        var wanted = words.Outputs.ToArray();
        var scores = new float[_states];
        var output = 0;
        foreach (var length in _lengths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            begin();
            for (var end = output + length; output < end; output++)
            {
                Score(output, wanted, scores);
                next(output, scores);
            }
        }
    }

    private void Score(int output, ReadOnlySpan<int> wanted, Span<float> scores)
    {
        Span<float> code = stackalloc float[_dim];
        Decode(output, code);
        foreach (var state in wanted) scores[state] = TensorPrimitives.Dot<float>(code, _weights.AsSpan(state * _dim, _dim)) + _bias[state];
    }

    private void Decode(int output, Span<float> vector)
    {
        for (var i = 0; i < _dim; i++) vector[i] = _codes[(output * _dim) + i] * _scales[i];
    }

    private static float[] FromHalves(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / 2];
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
        return values;
    }

    private static Half[] ToHalves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return halves;
    }
}
