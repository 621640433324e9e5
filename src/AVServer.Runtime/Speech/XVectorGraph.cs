using AVServer.Runtime.Onnx;

namespace AVServer.Runtime;

/// <summary>
/// The x-vector network up to its embedding as a graph: five layers over time, mean and deviation over the utterance, one product.
/// </summary>
/// <remarks>
/// Snyder et al., <i>X-vectors: Robust DNN Embeddings for Speaker Recognition</i>, ICASSP 2018, table 1, with the names of Kaldi's recipe.
/// What each frame is normalised by goes into the next layer's weights. From the second layer on only each third frame is computed: the
/// third layer looks three frames to each side, so nothing is missing, and mean and deviation of a third of the frames are as good.
/// </remarks>
internal sealed class XVectorGraph
{
    /// <summary>Name of the input: [1, frames + 2 · <see cref="Context"/>, values].</summary>
    public const string Frames = "frames";

    /// <summary>Name of the output: [1, values].</summary>
    public const string Embedding = "embedding";

    /// <summary>Frames that are needed on each side of those that count.</summary>
    public const int Context = 7;

    private const int OperatorSet = 17;
    private const float LeastVariance = 1e-10f;

    private static readonly (string Name, long Kernel, long Dilation, long Stride)[] Layers =
        [("tdnn1", 5, 1, 1), ("tdnn2", 3, 2, 3), ("tdnn3", 3, 1, 1), ("tdnn4", 1, 1, 1), ("tdnn5", 1, 1, 1)];

    private readonly KaldiNetwork _network;
    private readonly OnnxGraph _graph = new("XVector", OperatorSet, "AVServer");

    // Normalisation of the layer before, not yet applied.
    private float[]? _scale;
    private float[]? _offset;

    private XVectorGraph(KaldiNetwork network) => _network = network;

    /// <summary>Lays the graph.</summary>
    /// <param name="network">Kaldi's file.</param>
    /// <param name="values">Values of a frame.</param>
    /// <exception cref="InvalidDataException">The file isn't such a network.</exception>
    public static byte[] Build(KaldiNetwork network, int values) => new XVectorGraph(network).Build(values);

    private byte[] Build(int values)
    {
        var frames = _graph.Input(Frames, [1, "frames", values]);
        var hidden = _graph.Node("Transpose", [frames], ("perm", new long[] { 0, 2, 1 }));
        var width = values;
        foreach (var (name, kernel, dilation, stride) in Layers)
        {
            var (weights, bias) = FoldedAffine(name, width, (int)kernel);
            width = bias.Length;
            var layer = _graph.Node(
                "Conv",
                [
                    hidden, _graph.Constant($"{name}.weight", [width, weights.Length / width / kernel, kernel], weights),
                    _graph.Constant($"{name}.bias", [width], bias),
                ],
                ("dilations", new[] { dilation }), ("strides", new[] { stride }));
            hidden = _graph.Node("Relu", [layer]);
            (_scale, _offset) = _network.BatchNorm($"{name}.batchnorm");
        }
        var time = new OnnxAttribute[] { ("axes", new long[] { 2 }), ("keepdims", 1L) };
        var mean = _graph.Node("ReduceMean", [hidden], time);
        var away = _graph.Node("Sub", [hidden, mean]);
        var variance = _graph.Node("ReduceMean", [_graph.Node("Mul", [away, away])], time);
        var deviation = _graph.Node("Sqrt", [_graph.Node("Max", [variance, _graph.Constant("leastVariance", [1], [LeastVariance])])]);
        var pooled = _graph.Node("Flatten", [_graph.Node("Concat", [mean, deviation], ("axis", 1L))]);
        var (last, shift) = FoldedPooled("tdnn6", width);
        _graph.Add(
            "Gemm",
            [
                pooled, _graph.Constant("tdnn6.weight", [shift.Length, 2 * width], last),
                _graph.Constant("tdnn6.bias", [shift.Length], shift),
            ],
            [Embedding], ("transB", 1L));
        _graph.Output(Embedding, [1, shift.Length]);
        return _graph.ToBytes();
    }

    // Kaldi's rows hold the frames one behind the other, a convolution's the values: [outputs, kernel, inputs] → [outputs, inputs, kernel].
    private (float[] Weights, float[] Bias) FoldedAffine(string name, int inputs, int kernel)
    {
        var (rows, bias) = Affine(name);
        Require(rows.Length == bias.Length * inputs * kernel, name);
        var weights = new float[rows.Length];
        for (var output = 0; output < bias.Length; output++)
        {
            var added = 0.0;
            for (var tap = 0; tap < kernel; tap++)
            {
                for (var input = 0; input < inputs; input++)
                {
                    var weight = rows[(((output * kernel) + tap) * inputs) + input];
                    weights[(((output * inputs) + input) * kernel) + tap] = weight * (_scale?[input] ?? 1);
                    added += weight * (_offset?[input] ?? 0);
                }
            }
            bias[output] += (float)added;
        }
        return (weights, bias);
    }

    // Of a scaled value the mean is scaled and moved, the deviation scaled alone.
    private (float[] Weights, float[] Bias) FoldedPooled(string name, int width)
    {
        var (weights, bias) = Affine(name);
        Require(weights.Length == bias.Length * 2 * width, name);
        for (var output = 0; output < bias.Length; output++)
        {
            var added = 0.0;
            for (var value = 0; value < width; value++)
            {
                ref var mean = ref weights[(output * 2 * width) + value];
                added += mean * _offset![value];
                mean *= _scale![value];
                weights[(((output * 2) + 1) * width) + value] *= _scale[value];
            }
            bias[output] += (float)added;
        }
        return (weights, bias);
    }

    private (float[] Weights, float[] Bias) Affine(string name) =>
        (_network.Matrix($"{name}.affine", "LinearParams").Values, _network.Vector($"{name}.affine", "BiasParams"));

    private static void Require(bool fits, string layer)
    {
        if (!fits) throw new InvalidDataException($"Expected weights of {layer} that fit the layer before, got others.");
    }
}
