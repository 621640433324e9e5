using AVServer.Models.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="LipEncoder"/> as a streaming graph: <c>frame</c> [N, C, 1, S, S] in [0, 1] and <c>cache</c> [N, C, 4, S, S], the
/// four before it → <c>features</c> [N, 1, V] of the frame two before, and <c>nextCache</c>; N is free.
/// </summary>
/// <remarks>With one moment a call, the 3-D stem is a 2-D convolution whose channels are all five pictures'. Batch norms and the input's deviation are folded into the convolutions.</remarks>
internal static class LipGraph
{
    private const int Cached = 2 * LipEncoder.Context;

    internal static byte[] Build(LipEncoder encoder)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = encoder.Config;
        var graph = new OldGraph(nameof(LipEncoder));
        var frame = graph.Input("frame", "N", config.RoiChannels, 1, config.RoiSize, config.RoiSize);
        var cache = graph.Input("cache", "N", config.RoiChannels, Cached, config.RoiSize, config.RoiSize);
        var seen = graph.Node("Concat", [cache, frame], ("axis", 2));
        var x = Stem(graph, encoder, seen);
        foreach (var block in encoder.Layers.Stages) x = Residual(graph, block, x);
        var features = graph.Node("Reshape", [graph.Node("GlobalAveragePool", [x]), graph.Constant(0, 1, config.LipFeatures)]);
        graph.Output(features, "features", "N", 1, config.LipFeatures);
        var next = graph.Node("Slice", [seen, graph.Constant(1), graph.Constant(long.MaxValue), graph.Constant(2)]);
        graph.Output(next, "nextCache", "N", config.RoiChannels, Cached, config.RoiSize, config.RoiSize);
        return graph.ToBytes();
    }

    /// <summary>Five pictures [N, C, 5, S, S] → [N, W, S / 4, S / 4].</summary>
    private static string Stem(OldGraph graph, LipEncoder encoder, string seen)
    {
        var (mean, istd, stem, norm, _) = encoder.Layers;
        var deviation = encoder.Config.IndependentOfLooks ? ones_like(istd) : istd;
        var (weight, bias) = Folding.Normed(stem.weight!.to(float64) * deviation.to(float64).view(1, -1, 1, 1, 1), stem.bias, norm);
        // The mean stays: around the picture the convolution reads zeros of the normalised one.
        var centred = encoder.Config.IndependentOfLooks ? Standardise(graph, seen) : graph.Node("Sub", [seen, graph.Constant(mean.view(1, -1, 1, 1, 1))]);
        var stacked = graph.Node("Reshape", [centred, graph.Constant(0, weight.size(1) * weight.size(2), encoder.Config.RoiSize, encoder.Config.RoiSize)]);
        var convolved = graph.Node(
            "Conv", [stacked, graph.Constant(weight.flatten(1, 2)), graph.Constant(bias)], ("strides", stem.stride[1..]), ("pads", [.. stem.padding![1..], .. stem.padding![1..]]));
        return graph.Node("MaxPool", [graph.Node("Relu", [convolved])], ("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", [1, 1, 1, 1]));
    }

    private static string Standardise(OldGraph graph, string seen)
    {
        var centred = graph.Node("Sub", [seen, graph.Node("ReduceMean", [seen], ("axes", [1, 3, 4]), ("keepdims", 1))]);
        var variance = graph.Node("ReduceMean", [graph.Node("Mul", [centred, centred])], ("axes", [1, 3, 4]), ("keepdims", 1));
        return graph.Node("Div", [centred, graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Constant(tensor((float)LipEncoder.Flattest))])])]);
    }

    private static string Residual(OldGraph graph, ResidualBlock block, string x)
    {
        var (first, second, shortcut) = block.Layers;
        var hidden = graph.Node("Relu", [graph.Convolve(x, first)]);
        var residual = shortcut is { } layers ? graph.Convolve(x, layers) : x;
        return graph.Node("Relu", [graph.Node("Add", [graph.Convolve(hidden, second), residual])]);
    }
}
