using AVServer.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="PhoneNet"/> as a streaming graph: <c>features</c> [N, chunk, ceps] and <c>cache</c> [N, rows, width + rank] →
/// <c>scores</c> [N, chunk / 3, states] and <c>nextCache</c>; N is free.
/// </summary>
/// <remarks>
/// What a layer sees ahead becomes delay: each keeps the last step of its input and of its inner factor. Scores therefore come
/// <see cref="PhoneStreaming.DelayOutputs"/> outputs late. Weights are stored in half precision; round them in the definition first.
/// </remarks>
internal sealed class PhoneGraph
{
    private readonly PhoneNetConfig _config;
    private readonly OldGraph _graph = new(nameof(PhoneNet));
    private readonly List<string> _next = [];
    private string[] _rows = [];

    private PhoneGraph(PhoneNetConfig config) => _config = config;

    internal static byte[] Build(PhoneNet model)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return new PhoneGraph(model.Config).Compose(model.Layers);
    }

    private byte[] Compose(PhoneNetLayers layers)
    {
        var rowWidth = _config.Width + _config.Rank;
        var rows = PhoneStreaming.CacheRows(_config);
        var features = _graph.Input("features", "N", PhoneStreaming.ChunkFrames, _config.Ceps);
        var cache = _graph.Input("cache", "N", rows, rowWidth);
        _rows = _graph.Node("Split", rows, [cache, _graph.Constant([.. Enumerable.Repeat(1L, rows)])], ("axis", 1));

        var x = Splice(layers, features, rowWidth);
        foreach (var layer in layers.Fast) x = Layer(layer, x, PhoneStreaming.ChunkFrames);
        x = _graph.Node(
            "Slice",
            [x, _graph.Constant(PhoneStreaming.FirstKept(_config)), _graph.Constant(long.MaxValue), _graph.Constant(1), _graph.Constant(_config.Subsampling)]);
        foreach (var layer in layers.Slow) x = Layer(layer, x, PhoneStreaming.ChunkFrames / _config.Subsampling);
        x = Linear(Linear(x, layers.Bottleneck), layers.Hidden);
        x = Norm(_graph.Node("Relu", [x]), layers.HiddenNorm);
        x = Linear(Linear(x, layers.Code), layers.Output);
        _graph.Output(x, "scores", "N", PhoneStreaming.ChunkFrames / _config.Subsampling, _config.States);
        _graph.Output(_graph.Node("Concat", [.. _next], ("axis", 1)), "nextCache", "N", rows, rowWidth);
        return _graph.ToBytes();
    }

    // The first convolution sees the two frames before; they stand alone in the first row of the cache.
    private string Splice(PhoneNetLayers layers, string features, int rowWidth)
    {
        var kept = 2 * _config.Ceps;
        var before = _graph.Node("Reshape", [Slice(_rows[0], 0, kept, 2), _graph.Constant(0, 2, _config.Ceps)]);
        var seen = _graph.Node("Concat", [before, features], ("axis", 1));
        var last = _graph.Node("Reshape", [Slice(seen, -2, long.MaxValue, 1), _graph.Constant(0, 1, kept)]);
        _next.Add(_graph.Node("Pad", [last, _graph.Constant(0, 0, 0, 0, 0, rowWidth - kept)]));
        return Norm(_graph.Node("Relu", [Convolve(seen, layers.First, PhoneStreaming.ChunkFrames)]), layers.FirstNorm);
    }

    private string Layer(TdnnfLayer layer, string x, int steps)
    {
        var (linear, affine, norm) = layer.Layers;
        if (layer.Stride == 0) return Bypass(_graph.Node("Relu", [Linear(Linear(x, linear), affine)]), norm, x);
        var past = _graph.Node("Split", 2, [_rows[_next.Count], _graph.Constant(_config.Width, _config.Rank)], ("axis", 2));
        var seen = _graph.Node("Concat", [past[0], x], ("axis", 1));                                     // [N, 1 + steps, width]
        var inner = _graph.Node("Concat", [past[1], Convolve(seen, linear, steps)], ("axis", 1));        // [N, 1 + steps, rank]
        var output = Bypass(_graph.Node("Relu", [Convolve(inner, affine, steps)]), norm, Slice(seen, 0, steps, 1));
        _next.Add(_graph.Node("Concat", [Slice(seen, -1, long.MaxValue, 1), Slice(inner, -1, long.MaxValue, 1)], ("axis", 2)));
        return output;
    }

    private string Bypass(string hidden, ChannelAffine norm, string input) =>
        _graph.Node("Add", [Norm(hidden, norm), _graph.Node("Mul", [input, _graph.Constant(tensor((float)_config.Bypass))])]);

    // Neighbouring steps side by side, then one product.
    private string Convolve(string seen, Conv1d convolution, int steps)
    {
        var taps = convolution.weight.size(2);
        var beside = _graph.Node("Concat", [.. Enumerable.Range(0, (int)taps).Select(tap => Slice(seen, tap, tap + steps, 1))], ("axis", 2));
        return Product(beside, convolution.weight.permute(2, 1, 0).flatten(0, 1), convolution.bias);
    }

    private string Linear(string x, Conv1d convolution) => Product(x, convolution.weight.squeeze(2).t(), convolution.bias);

    private string Product(string x, Tensor matrix, Tensor? bias)
    {
        var product = _graph.Node("MatMul", [x, _graph.HalfConstant(matrix)]);
        return bias is null ? product : _graph.Node("Add", [product, _graph.Constant(bias)]);
    }

    private string Norm(string x, ChannelAffine norm) => _graph.Node(
        "Add", [_graph.Node("Mul", [x, _graph.Constant(norm.Values.Scale.squeeze(1))]), _graph.Constant(norm.Values.Shift.squeeze(1))]);

    private string Slice(string x, long start, long end, int axis) =>
        _graph.Node("Slice", [x, _graph.Constant(start), _graph.Constant(end), _graph.Constant(axis)]);
}
