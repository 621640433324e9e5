using AVServer.Models.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary><see cref="LightSerNet"/> as a graph: <c>features</c> [N, T, ceps] and <c>frames</c> [N], whole numbers → <c>logits</c> [N, labels]; N and T are free.</summary>
internal sealed class LightSerNetGraph
{
    private readonly OldGraph _graph = new(nameof(LightSerNet));
    private string _lengths = "";

    private LightSerNetGraph()
    {
    }

    internal static byte[] Build(LightSerNet model)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return new LightSerNetGraph().Compose(model);
    }

    private byte[] Compose(LightSerNet model)
    {
        var (paths, pathNorms, convolutions, norms, output) = model.Layers;
        var features = _graph.Input("features", "N", "T", model.Config.Ceps);
        _lengths = _graph.IntegerInput("frames", "N");
        var x = Keep(_graph.Spread(Lengthen(features, model.Config.Ceps), 1));
        string[] heard = [.. paths.Zip(pathNorms, (path, norm) => _graph.Node("Relu", [_graph.Convolve(x, (path, norm))]))];
        x = Pool(Keep(heard.Length == 1 ? heard[0] : _graph.Node("Concat", heard, ("axis", 1))), 2, 2);
        for (var i = 0; i < convolutions.Count; i++)
        {
            x = Keep(_graph.Node("Relu", [_graph.Convolve(x, (convolutions[i], norms[i]))]));
            if (i < convolutions.Count - 1) x = Pool(x, 2, i < 2 ? 2 : 1);
        }
        var bands = model.Config.Ceps / 2 / 2 / 2;
        var sums = _graph.Node("Mul", [_graph.Sum(x, 2, 3), _graph.Constant(tensor(1f / bands))]);
        _graph.Output(_graph.Linear(_graph.Node("Div", [sums, _graph.Count(_lengths)]), output), "logits", "N", model.Config.Labels);
        return _graph.ToBytes();
    }

    /// <summary>Zeros behind a sequence that is shorter than the poolings together.</summary>
    private string Lengthen(string features, long ceps)
    {
        var streams = _graph.Node("Shape", [features], ("end", 1));
        var length = _graph.Node("Shape", [features], ("start", 1), ("end", 2));
        var missing = _graph.Node("Max", [_graph.Node("Sub", [_graph.Constant(LightSerNet.FramesPerPosition), length]), _graph.Constant(0)]);
        var zeros = _graph.Node("ConstantOfShape", [_graph.Node("Concat", [streams, missing, _graph.Constant(ceps)], ("axis", 0))]);
        return _graph.Node("Concat", [features, zeros], ("axis", 1));
    }

    private string Keep(string x) => _graph.Keep(x, _graph.Spread(_graph.Within(_lengths, x, 2), 1, 3));

    private string Pool(string x, long time, long frequency)
    {
        var pooled = _graph.Node("AveragePool", [x], ("kernel_shape", [time, frequency]), ("strides", [time, frequency]));
        _lengths = _graph.Node("Max", [_graph.Node("Div", [_lengths, _graph.Scalar(time)]), _graph.Scalar(1)]);
        return Keep(pooled);
    }
}
