using TorchSharp;
using TorchSharp.Modules;

namespace AVServer.Lab.Export;

/// <summary>Layers of a definition as operators of a graph, at evaluation: no dropout, norms with their running statistics.</summary>
internal static class GraphLayers
{
    extension(OnnxGraph graph)
    {
        /// <summary>A convolution.</summary>
        internal string Convolve(string x, Convolution convolution) =>
            graph.Convolve(x, convolution, convolution.weight, convolution.bias!);

        /// <summary>A convolution and the batch norm behind it, as one.</summary>
        internal string Convolve(string x, (Convolution Convolution, BatchNorm Norm) layers)
        {
            var (weight, bias) = Folding.Normed(layers.Convolution.weight, layers.Convolution.bias, layers.Norm);
            return graph.Convolve(x, layers.Convolution, weight, bias);
        }

        /// <summary>A convolution's stride, padding and groups with other weights.</summary>
        internal string Convolve(string x, Convolution convolution, torch.Tensor weight, torch.Tensor bias) => graph.Node(
            "Conv",
            [x, graph.Constant(weight), graph.Constant(bias)],
            ("strides", convolution.stride),
            ("pads", [.. convolution.padding, .. convolution.padding]),
            ("group", convolution.groups));

        /// <summary>x·Wᵀ + b over the last axis.</summary>
        internal string Linear(string x, torch.Tensor weight, torch.Tensor bias) =>
            graph.Node("Add", [graph.Node("MatMul", [x, graph.Constant(weight.t())]), graph.Constant(bias)]);

        /// <inheritdoc cref="Linear(OnnxGraph, string, torch.Tensor, torch.Tensor)"/>
        internal string Linear(string x, Linear linear) => graph.Linear(x, linear.weight, linear.bias!);

        /// <summary>LN over the last axis.</summary>
        internal string Normalise(string x, LayerNorm norm) => graph.Node(
            "LayerNormalization", [x, graph.Constant(norm.weight!), graph.Constant(norm.bias!)], ("axis", -1), ("epsilon", (float)norm.eps));

        /// <summary>Swish: x·σ(x).</summary>
        internal string Silu(string x) => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]);

        /// <summary>Self-attention over the middle axis: [N, L, D] → [N, L, D].</summary>
        internal string Attend(string x, MultiheadAttention attention, int heads)
        {
            var dim = attention.out_proj.weight.size(0);
            var weights = attention.in_proj_weight.to(torch.float64).chunk(3);
            var biases = attention.in_proj_bias!.to(torch.float64).chunk(3);
            var scale = 1 / Math.Sqrt((double)dim / heads);
            var query = Heads(graph.Linear(x, weights[0] * scale, biases[0] * scale), [0, 2, 1, 3]);
            var key = Heads(graph.Linear(x, weights[1], biases[1]), [0, 2, 3, 1]);
            var value = Heads(graph.Linear(x, weights[2], biases[2]), [0, 2, 1, 3]);
            var shares = graph.Node("Softmax", [graph.Node("MatMul", [query, key])], ("axis", -1));            // [N, heads, L, L]
            var mixed = graph.Node("Transpose", [graph.Node("MatMul", [shares, value])], ("perm", [0, 2, 1, 3]));
            return graph.Linear(graph.Node("Reshape", [mixed, graph.Constant(0, 0, dim)]), attention.out_proj);

            string Heads(string projected, long[] order) =>
                graph.Node("Transpose", [graph.Node("Reshape", [projected, graph.Constant(0, 0, heads, dim / heads)])], ("perm", order));
        }
    }
}
