using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime;

/// <summary>
/// The first layers of Moonshine base's encoder as a graph of 8-bit products: three convolutions over the samples, then layers of
/// attention, each frame a row.
/// </summary>
/// <remarks>
/// Jeffries et al., <i>Moonshine: Speech Recognition for Live Transcription and Voice Commands</i>, arXiv 2410.15608, §3.1, with the names
/// of the published graph. That one multiplies unsigned weights, for which processors have no instruction, and convolves in real numbers;
/// here weights are signed and have a scale for each output, convolutions are products of rows that stand beside each other, and what is
/// multiplied is rounded by the range of the whole window, as there. Weights use seven of their eight bits: processors without VNNI add
/// two products in 16 bits, which would overflow else, and vectors are to be the same everywhere.
/// </remarks>
internal sealed class SpeechEncoderGraph
{
    /// <summary>Name of the input: [1, samples].</summary>
    public const string Samples = "input_values";

    /// <summary>Name of the output: [1, frames, <see cref="Width"/>].</summary>
    public const string Vectors = "vectors";

    /// <summary>Values of a vector.</summary>
    public const int Width = 416;

    private const int OperatorSet = 17;
    private const int Layers = 4;
    private const int Hidden = 4 * Width;
    private const int Heads = 8;
    private const int HeadWidth = Width / Heads;

    // Of a head's values these turn with the frame's number, in pairs.
    private const int Turning = 32;

    // Frames of the longest window.
    private const int Positions = (SpeechEncoder.MaximumSamples / (64 * 3 * 2)) + 1;

    // The first convolution: 127 samples each 64.
    private const int Taps = 127;
    private const int Hop = 64;

    private const int LargestWeight = 63;
    private const float Epsilon = 1e-5f;

    private readonly PublishedGraph _published;
    private readonly OnnxGraph _graph = new("SpeechEncoder", OperatorSet, "AVServer");
    private int _constants;

    private SpeechEncoderGraph(PublishedGraph published) => _published = published;

    /// <summary>Lays the graph.</summary>
    /// <param name="published">The publisher's file.</param>
    /// <exception cref="InvalidDataException">It isn't that encoder.</exception>
    public static byte[] Build(byte[] published) => new SpeechEncoderGraph(new PublishedGraph(published)).Build();

    private byte[] Build()
    {
        var samples = _graph.Input(Samples, [1, "samples"]);
        var rows = Convolve2(Convolve1(samples));
        rows = Gelu(Convolve3(Gelu(rows)));
        var (cosines, sines) = Turns();
        for (var layer = 0; layer < Layers; layer++) rows = Layer($"layers.{layer}", rows, cosines, sines);
        _graph.Add("Unsqueeze", [rows, Whole(0)], [Vectors]);
        _graph.Output(Vectors, [1, "frames", Width]);
        return _graph.ToBytes();
    }

    // [1, samples] → [frames, width]. Two rows of 64 samples beside each other are what a frame sees, and a sample more.
    private string Convolve1(string samples)
    {
        var published = Convolution("conv1", Width, 1, Taps);
        var weights = new float[2 * Hop * Width];
        for (var tap = 0; tap < Taps; tap++)
            for (var output = 0; output < Width; output++) weights[(tap * Width) + output] = published[(output * Taps) + tap];
        var padded = _graph.Node("Pad", [samples, Whole(0, 0, 0, 1)]);
        var hops = _graph.Node("Div", [_graph.Node("Gather", [_graph.Node("Shape", [padded]), Whole(1)]), Whole(Hop)]);
        var heard = _graph.Node("Slice", [padded, Whole(0), _graph.Node("Mul", [hops, Whole(Hop)]), Whole(1)]);
        var halves = _graph.Node("Reshape", [heard, Whole(-1, Hop)]);
        var windows = _graph.Node("Concat", [Rows(halves, 0, -1), Rows(halves, 1, long.MaxValue)], ("axis", 1L));
        var frames = _graph.Node("Tanh", [_graph.Node("MatMul", [windows, Real(weights, 2 * Hop, Width)])]);
        return Normalise(frames);
    }

    // One group: mean and deviation are those of all values of the window.
    private string Normalise(string rows)
    {
        var flat = _graph.Node("Reshape", [rows, Whole(1, 1, -1)]);
        var even = _graph.Node("InstanceNormalization", [flat, Real([1], 1), Real([0], 1)], ("epsilon", Epsilon));
        var scaled = _graph.Node(
            "Mul", [_graph.Node("Reshape", [even, Whole(-1, Width)]), Real(Published("/groupnorm/Mul_output_0", 1, Width, 1), Width)]);
        return _graph.Node("Add", [scaled, Real(Published("/groupnorm/Add_output_0", 1, Width, 1), Width)]);
    }

    // Seven rows each three: rows that follow each other lie so in memory, three of them are one; the seventh stands alone.
    private string Convolve2(string rows)
    {
        const int Kernel = 7, Stride = 3, Outputs = 2 * Width;
        var (whole, scale, zero) = Round(rows);
        var last = Rows(whole, Kernel - 1, long.MaxValue, Stride);
        var count = _graph.Node("Mul", [_graph.Node("Gather", [_graph.Node("Shape", [last]), Whole(0)]), Whole(Stride)]);
        var windows = _graph.Node("Concat", [Together(whole, 0, count, Stride), Together(whole, Stride, count, Stride), last], ("axis", 1L));
        return Product(windows, scale, zero, Unfolded("conv2", Outputs, Width, Kernel), Outputs, Bias("conv2", Outputs));
    }

    // Three rows each two. Real numbers: few values are a hundred times the others here, and eight bits for them leave the others none.
    private string Convolve3(string rows)
    {
        const int Kernel = 3, Stride = 2, Inputs = 2 * Width;
        var last = Rows(rows, Kernel - 1, long.MaxValue, Stride);
        var count = _graph.Node("Mul", [_graph.Node("Gather", [_graph.Node("Shape", [last]), Whole(0)]), Whole(Stride)]);
        var windows = _graph.Node("Concat", [Together(rows, 0, count, Stride, Inputs), last], ("axis", 1L));
        return _graph.Node("Gemm", [windows, Real(Unfolded("conv3", Width, Inputs, Kernel), Kernel * Inputs, Width), Bias("conv3", Width)]);
    }

    private string Layer(string name, string rows, string cosines, string sines)
    {
        var heard = Attention(name, LayerNorm($"{name}.input_layernorm.weight", rows), cosines, sines);
        rows = _graph.Node("Add", [rows, heard]);
        var wide = Gelu(Dense($"/{name}/mlp/fc1", LayerNorm($"{name}.post_attention_layernorm.weight", rows), Width, Hidden, $"{name}.mlp.fc1"));
        return _graph.Node("Add", [rows, Dense($"/{name}/mlp/fc2", wide, Hidden, Width, $"{name}.mlp.fc2")]);
    }

    // [frames, width] → [frames, width].
    private string Attention(string name, string rows, string cosines, string sines)
    {
        // What asks, what answers and what is said: one product.
        var weights = Beside([.. new[] { "q", "k", "v" }.Select(part => Weights($"/{name}/self_attn/{part}_proj", Width, Width))]);
        var (whole, scale, zero) = Round(rows);
        var all = _graph.Node("Unsqueeze", [Product(whole, scale, zero, weights, 3 * Width, null), Whole(0)]);
        var (asks, answers, said) = (Columns(all, 0), Columns(all, 1), Columns(all, 2));
        var heard = _graph.RuntimeNode("MultiHeadAttention", [Turn(asks), Turn(answers), said], ("num_heads", (long)Heads));
        return Dense($"/{name}/self_attn/dense", _graph.Node("Reshape", [heard, Whole(-1, Width)]), Width, Width, null);

        string Columns(string values, int part) =>
            _graph.Node("Slice", [values, Whole(part * Width), Whole((part + 1) * Width), Whole(2)]);

        string Turn(string values) => _graph.RuntimeNode(
            "RotaryEmbedding", [values, Whole(0), cosines, sines],
            ("interleaved", 1L), ("num_heads", (long)Heads), ("rotary_embedding_dim", (long)Turning));
    }

    private string Dense(string name, string rows, int inputs, int outputs, string? bias)
    {
        var (whole, scale, zero) = Round(rows);
        return Product(whole, scale, zero, Weights(name, inputs, outputs), outputs, bias is null ? null : Bias(bias, outputs));
    }

    private string LayerNorm(string weight, string rows) => _graph.Node(
        "LayerNormalization", [rows, Real(_published.Constant(weight, Width), Width)], ("axis", -1L), ("epsilon", Epsilon));

    private string Gelu(string values) => _graph.RuntimeNode("Gelu", [values]);

    // Eight bits by the range of all values.
    private (string Whole, string Scale, string Zero) Round(string values)
    {
        var whole = $"{values}.whole";
        _graph.Add("DynamicQuantizeLinear", [values], [whole, $"{whole}.scale", $"{whole}.zero"]);
        return (whole, $"{whole}.scale", $"{whole}.zero");
    }

    // weights: [inputs, outputs].
    private string Product(string whole, string scale, string zero, float[] weights, int outputs, string? bias)
    {
        var scales = new float[outputs];
        for (var i = 0; i < weights.Length; i++)
            scales[i % outputs] = Math.Max(scales[i % outputs], Math.Abs(weights[i]) / LargestWeight);
        var rounded = new sbyte[weights.Length];
        for (var i = 0; i < weights.Length; i++)
            rounded[i] = (sbyte)MathF.Round(weights[i] / Math.Max(scales[i % outputs], float.Epsilon));
        var product = Constant([weights.Length / outputs, outputs], DataType.Int8, MemoryMarshal.AsBytes(rounded.AsSpan()));
        string[] inputs = [whole, product, scale, Real(scales, outputs), zero, .. bias is null ? Array.Empty<string>() : ["", bias]];
        return _graph.RuntimeNode("MatMulIntegerToFloat", inputs);
    }

    private string Rows(string values, long first, long end, long step = 1) =>
        _graph.Node("Slice", [values, Whole(first), Whole(end), Whole(0), Whole(step)]);

    // As many rows as were counted, each together with those behind it.
    private string Together(string rows, int first, string count, int together, int width = Width)
    {
        var end = first == 0 ? count : _graph.Node("Add", [count, Whole(first)]);
        return _graph.Node("Reshape", [_graph.Node("Slice", [rows, Whole(first), end, Whole(0)]), Whole(-1, together * width)]);
    }

    private (string Cosines, string Sines) Turns()
    {
        const int Pairs = Turning / 2;
        var speeds = _published.Constant("/rotary_emb/Cast_1_output_0", 1, Pairs, 1);
        var (cosines, sines) = (new float[Positions * Pairs], new float[Positions * Pairs]);
        for (var i = 0; i < cosines.Length; i++) (sines[i], cosines[i]) = MathF.SinCos(i / Pairs * speeds[i % Pairs]);
        return (Real(cosines, Positions, Pairs), Real(sines, Positions, Pairs));
    }

    // A constant that has no name of its own but stands in an operator.
    private float[] Published(string output, int index, params ReadOnlySpan<long> shape) =>
        _published.Constant(_published.InputOf(output, index), shape);

    private string Bias(string name, int outputs) => Real(_published.Constant($"{name}.bias", outputs), outputs);

    private float[] Convolution(string name, int outputs, int inputs, int kernel)
    {
        var (scale, zero) = (_published.Constant($"{name}.weight_scale", 1)[0], _published.Constant($"{name}.weight_zero_point", 1)[0]);
        return Array.ConvertAll(_published.Constant($"{name}.weight_quantized", outputs, inputs, kernel), value => (value * scale) + zero);
    }

    // [outputs, inputs, kernel] → [kernel, inputs, outputs].
    private float[] Unfolded(string name, int outputs, int inputs, int kernel)
    {
        var published = Convolution(name, outputs, inputs, kernel);
        var weights = new float[published.Length];
        for (var i = 0; i < published.Length; i++)
            weights[(((i % kernel * inputs) + (i / kernel % inputs)) * outputs) + (i / kernel / inputs)] = published[i];
        return weights;
    }

    private float[] Weights(string name, int inputs, int outputs)
    {
        var product = $"{name}/MatMul_output_0_output_quantized";
        var weights = _published.InputOf(product, 1);
        var zero = _published.Constant(_published.InputOf(product, 3))[0];
        var scale = _published.Constant(weights.Replace("_quantized", "_scale", StringComparison.Ordinal))[0];
        return Array.ConvertAll(_published.Constant(weights, inputs, outputs), value => (value - zero) * scale);
    }

    // [inputs, width] each → [inputs, all widths].
    private static float[] Beside(IReadOnlyList<float[]> parts)
    {
        var all = new float[parts.Count * parts[0].Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = parts[i / Width % parts.Count][(i / (Width * parts.Count) * Width) + (i % Width)];
        return all;
    }

    private string Real(float[] values, params long[] shape) => Constant(shape, DataType.Float, MemoryMarshal.AsBytes(values.AsSpan()));

    private string Whole(params ReadOnlySpan<long> values) => _graph.Constant($"c{_constants++}", values);

    private string Constant(long[] shape, DataType type, ReadOnlySpan<byte> values) =>
        _graph.Constant($"c{_constants++}", shape, type, values);
}
