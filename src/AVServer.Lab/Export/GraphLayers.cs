using AVServer.Models.Flcma;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Layers of a definition as operators of a graph, at evaluation: no dropout, norms with their running statistics.</summary>
internal static class GraphLayers
{
    extension(OldGraph graph)
    {
        /// <summary>A convolution.</summary>
        internal string Convolve(string x, Convolution convolution) =>
            graph.Convolve(x, convolution, convolution.weight!, convolution.bias!);

        /// <summary>A convolution and the batch norm behind it, as one.</summary>
        internal string Convolve(string x, (Convolution Convolution, BatchNorm Norm) layers)
        {
            var (weight, bias) = Folding.Normed(layers.Convolution.weight!, layers.Convolution.bias, layers.Norm);
            return graph.Convolve(x, layers.Convolution, weight, bias);
        }

        /// <summary>A convolution's stride, padding and groups with other weights.</summary>
        internal string Convolve(string x, Convolution convolution, Tensor weight, Tensor bias) => graph.Node(
            "Conv",
            [x, graph.Constant(weight), graph.Constant(bias)],
            ("strides", convolution.stride),
            ("pads", [.. convolution.padding!, .. convolution.padding!]),
            ("group", convolution.groups));

        /// <summary>x·Wᵀ + b of rows: [rows, in] → [rows, out].</summary>
        internal string Linear(string rows, Tensor weight, Tensor bias) =>
            graph.Node("Gemm", [rows, graph.Constant(weight.t()), graph.Constant(bias)]);

        /// <inheritdoc cref="Linear(OldGraph, string, Tensor, Tensor)"/>
        internal string Linear(string rows, Linear linear) => graph.Linear(rows, linear.weight, linear.bias!);

        /// <summary>LN over the last axis.</summary>
        internal string Normalise(string x, LayerNorm norm) => graph.Node(
            "LayerNormalization", [x, graph.Constant(norm.weight!), graph.Constant(norm.bias!)], ("axis", -1), ("epsilon", (float)norm.eps));

        /// <summary>Swish: x·σ(x).</summary>
        internal string Silu(string x) => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]);

        /// <summary>LN and self-attention among each <paramref name="length"/> rows that follow each other: [N · length, D] → [N · length, D].</summary>
        internal string Attend(string rows, SelfAttentionModule module, int heads, int length)
        {
            var (norm, inputWeight, inputBias, outputWeight, outputBias) = module.Layers;
            var dim = outputWeight.size(0);
            // The query's scale goes into its weights.
            var scale = cat([full([dim], 1 / Math.Sqrt((double)dim / heads), float64), ones([2 * dim], float64)]);
            var projected = graph.Linear(graph.Normalise(rows, norm), inputWeight.to(float64) * scale.unsqueeze(1), inputBias.to(float64) * scale);
            var split = graph.Node("Reshape", [projected, graph.Constant(-1, length, 3, heads, dim / heads)]);
            var parts = graph.Node("Split", 3, [graph.Node("Transpose", [split], ("perm", [2, 0, 3, 1, 4])), graph.Constant(1, 1, 1)], ("axis", 0));
            var key = graph.Node("Transpose", [parts[1]], ("perm", [0, 1, 2, 4, 3]));
            var shares = graph.Node("Softmax", [graph.Node("MatMul", [parts[0], key])], ("axis", -1));         // [1, N, heads, length, length]
            var mixed = graph.Node("Transpose", [graph.Node("MatMul", [shares, parts[2]])], ("perm", [0, 1, 3, 2, 4]));
            return graph.Linear(graph.Node("Reshape", [mixed, graph.Constant(-1, dim)]), outputWeight, outputBias);
        }
    }
}
