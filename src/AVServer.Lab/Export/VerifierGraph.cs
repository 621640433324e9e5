using AVServer.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="VerifierEnsemble"/> as a graph: <c>embeddings</c> [N, steps, dim] → <c>posterior</c>, <c>secondsSinceStart</c> and
/// <c>secondsSinceEnd</c>, each [N, 1]; N is free.
/// </summary>
internal static class VerifierGraph
{
    internal static byte[] Build(VerifierEnsemble ensemble)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var graph = new OldGraph(nameof(VerifierEnsemble));
        var embeddings = graph.Input("embeddings", "N", ensemble.Config.WindowSteps, ensemble.Config.Dim);
        var votes = ensemble.Members.Select(head => Vote(graph, head, embeddings)).ToArray();
        var results = graph.Node("Mean", votes);
        var parts = graph.Node("Split", 3, [results, graph.Constant(1, 1, 1)], ("axis", 1));
        graph.Output(graph.Node("Sigmoid", [parts[0]]), "posterior", "N", 1);
        graph.Output(parts[1], "secondsSinceStart", "N", 1);
        graph.Output(parts[2], "secondsSinceEnd", "N", 1);
        return graph.ToBytes();
    }

    /// <summary>One head: [N, steps, dim] → [N, 3].</summary>
    private static string Vote(OldGraph graph, VerifierHead head, string embeddings)
    {
        var (_, _, _, _, convolutions, norms, attention, outputs) = head.Layers;
        var x = Project(graph, head, embeddings);
        foreach (var (convolution, norm) in convolutions.Zip(norms)) x = Residual(graph, convolution, norm, x);

        // One number added to all steps changes no softmax: the attention's bias is left out.
        var scores = graph.Node("MatMul", [x, graph.Constant(Folding.Matrix(attention.weight))]);
        var weighted = graph.Node("Mul", [x, graph.Node("Softmax", [scores], ("axis", 1))]);
        var mixed = graph.Node("ReduceSum", [weighted, graph.Constant(1)], ("keepdims", 0));
        var largest = graph.Node("ReduceMax", [x], ("axes", [1]), ("keepdims", 0));
        var pooled = graph.Node("Concat", [mixed, largest], ("axis", 1));
        return graph.Node("Gemm", [pooled, graph.Constant(outputs.weight.t()), graph.Constant(outputs.bias!)]);
    }

    /// <summary>Normalisation, projection and positions: [N, steps, dim] → [N, steps, width].</summary>
    private static string Project(OldGraph graph, VerifierHead head, string embeddings)
    {
        var (mean, istd, project, position, _, _, _, _) = head.Layers;
        var (matrix, offset) = Folding.Normalised(Folding.Matrix(project.weight), mean, istd, 1);
        var shift = position.to(float64).t() + offset + project.bias!.to(float64);
        return graph.Node("Add", [graph.Node("MatMul", [embeddings, graph.Constant(matrix)]), graph.Constant(shift)]);
    }

    private static string Residual(OldGraph graph, Conv1d convolution, LayerNorm norm, string x)
    {
        var channels = graph.Node("Transpose", [x], ("perm", [0, 2, 1]));
        var convolved = graph.Node("Conv", [channels, graph.Constant(convolution.weight), graph.Constant(convolution.bias!)], ("pads", [convolution.kernel_size[0] - 1, 0]));
        var steps = graph.Node("Transpose", [convolved], ("perm", [0, 2, 1]));
        var normalised = graph.Node("LayerNormalization", [steps, graph.Constant(norm.weight!), graph.Constant(norm.bias!)], ("axis", -1), ("epsilon", (float)norm.eps));
        return graph.Node("Add", [graph.Node("Relu", [normalised]), x]);
    }
}
