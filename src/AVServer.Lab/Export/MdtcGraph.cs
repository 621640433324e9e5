using AVServer.Models;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="Mdtc"/> as a streaming graph: <c>features</c> [N, T, mels] and <c>cache</c> [N, rows, width] →
/// <c>posteriors</c> [N, T / stride, keywords] and <c>nextCache</c>; N and T are free.
/// </summary>
/// <remarks>
/// Laid out for few, large operators, since at some ten steps a call the cost of a node counts more than its arithmetic:
/// time before channels, one gather for all taps of a convolution, and one matrix product for depthwise, pointwise and
/// squeeze together. All normalisations are folded into the products.
/// </remarks>
internal sealed class MdtcGraph
{
    private readonly MdtcConfig _config;
    private readonly OnnxGraph _graph = new(nameof(Mdtc));
    private readonly Dictionary<int, string> _tapsByDilation = [];
    private string _rowsOfWidth = "";
    private string _stepsOfWidth = "";
    private string _stepIndices = "";

    private MdtcGraph(MdtcConfig config) => _config = config;

    internal static byte[] Build(Mdtc model)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return new MdtcGraph(model.Config).Compose(model);
    }

    private byte[] Compose(Mdtc model)
    {
        var features = _graph.Input("features", "N", "T", _config.Mels);
        var cache = _graph.Input("cache", "N", _config.CacheRows, _config.Width);
        var x = Project(model, features);
        var layers = model.Layers.Blocks;
        var pasts = _graph.Node("Split", layers.Count, [cache, _graph.Constant([.. layers.Select(block => (long)block.Past)])], ("axis", 1));
        var next = new string[layers.Count];
        var sum = default(string);
        for (var i = 0; i < layers.Count; i++)
        {
            (x, next[i]) = Block(layers[i], x, pasts[i]);
            if ((i + 1) % _config.BlocksPerStack == 0) sum = sum is null ? x : _graph.Node("Add", [sum, x]);
        }
        _graph.Output(Classify(model, sum!), "posteriors", "N", "S", _config.Keywords);
        _graph.Output(_graph.Node("Concat", next, ("axis", 1)), "nextCache", "N", _config.CacheRows, _config.Width);
        return _graph.ToBytes();
    }

    /// <summary>Joins frames to steps: [N, T, mels] → [N · S, width].</summary>
    private string Project(Mdtc model, string features)
    {
        var (mean, istd, project, norm, _, _) = model.Layers;
        var (scale, shift) = Folding.Affine(norm);
        var (matrix, offset) = Folding.Normalised(Folding.Matrix(project.weight) * scale, mean, istd, _config.Stride);
        var steps = _graph.Node("Reshape", [features, _graph.Constant(0, -1, _config.Stride * _config.Mels)]);
        Prepare(steps);
        var rows = _graph.Node("Reshape", [steps, _graph.Constant(-1, _config.Stride * _config.Mels)]);
        return _graph.Node("Relu", [_graph.Node("Gemm", [rows, _graph.Constant(matrix), _graph.Constant(offset + shift)])]);
    }

    /// <summary>The shapes and indices that all blocks share.</summary>
    private void Prepare(string steps)
    {
        var streams = _graph.Node("Shape", [steps], ("end", 1));
        var length = _graph.Node("Shape", [steps], ("start", 1), ("end", 2));
        _stepsOfWidth = _graph.Node("Concat", [streams, length, _graph.Constant(_config.Width)], ("axis", 0));
        _rowsOfWidth = _graph.Constant(-1, _config.Kernel * _config.Width);
        var range = _graph.Node("Range", [_graph.Scalar(0), _graph.Node("Squeeze", [length]), _graph.Scalar(1)]);
        _stepIndices = _graph.Node("Unsqueeze", [range, _graph.Constant(1)]);
    }

    /// <summary>Where the taps of each step stand: [S, taps], counted from the first cached step.</summary>
    private string Taps(int dilation)
    {
        if (_tapsByDilation.TryGetValue(dilation, out var taps)) return taps;
        var offsets = _graph.Constant([.. Enumerable.Range(0, _config.Kernel).Select(tap => (long)tap * dilation)]);
        return _tapsByDilation[dilation] = _graph.Node("Add", [_stepIndices, offsets]);
    }

    private (string Output, string Past) Block(MdtcBlock block, string rows, string past)
    {
        var (norm1, pointwise, norm2, squeezeBias, excite) = block.Layers;
        var (scale1, shift1) = Folding.Affine(norm1);
        var (scale2, shift2) = Folding.Affine(norm2);
        var first = cat([Folding.Matrix(block.DenseWeight()) * scale1, Folding.Matrix(block.SqueezeWeight())], 1);
        var firstShift = cat([shift1, squeezeBias.to(float64)]);
        // Both products read hidden and squeezed values side by side; rows of zeros skip the other's.
        var second = cat([Folding.Matrix(pointwise.weight) * scale2, zeros([squeezeBias.size(0), _config.Width], float64)]);
        var gating = cat([zeros([_config.Width, _config.Width], float64), Folding.Matrix(excite.weight)]);

        var x = _graph.Node("Reshape", [rows, _stepsOfWidth]);
        var seen = _graph.Node("Concat", [past, x], ("axis", 1));
        var taps = _graph.Node("Reshape", [_graph.Node("Gather", [seen, Taps(block.Dilation)], ("axis", 1)), _rowsOfWidth]);
        var hidden = _graph.Node("Relu", [_graph.Node("Gemm", [taps, _graph.Constant(first), _graph.Constant(firstShift)])]);
        var gate = _graph.Node("Sigmoid", [_graph.Node("Gemm", [hidden, _graph.Constant(gating), _graph.Constant(excite.bias!)])]);
        var value = _graph.Node("Gemm", [hidden, _graph.Constant(second), _graph.Constant(shift2)]);
        var output = _graph.Node("Relu", [_graph.Node("Add", [_graph.Node("Mul", [value, gate]), rows])]);
        var last = _graph.Node("Slice", [seen, _graph.Constant(-block.Past), _graph.Constant(long.MaxValue), _graph.Constant(1)]);
        return (output, last);
    }

    private string Classify(Mdtc model, string rows)
    {
        var classifier = model.Layers.Classifier;
        var logits = _graph.Node("Gemm", [rows, _graph.Constant(Folding.Matrix(classifier.weight)), _graph.Constant(classifier.bias!)]);
        var shape = _graph.Node("Concat", [_graph.Node("Slice", [_stepsOfWidth, _graph.Constant(0), _graph.Constant(2)]), _graph.Constant(_config.Keywords)], ("axis", 0));
        return _graph.Node("Reshape", [_graph.Node("Sigmoid", [logits]), shape]);
    }
}
