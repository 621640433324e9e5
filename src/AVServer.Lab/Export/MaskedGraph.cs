using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Sequences of different lengths in one batch, as operators of a graph.</summary>
internal static class MaskedGraph
{
    extension(OldGraph graph)
    {
        /// <summary>Whether positions along an axis are within each one's length: lengths [N] → bool [N, positions].</summary>
        internal string Within(string lengths, string x, int axis)
        {
            var length = graph.Node("Squeeze", [graph.Node("Shape", [x], ("start", axis), ("end", axis + 1))]);
            var positions = graph.Node("Range", [graph.Scalar(0), length, graph.Scalar(1)]);
            return graph.Node("Less", [graph.Node("Unsqueeze", [positions, graph.Constant(0)]), graph.Node("Unsqueeze", [lengths, graph.Constant(1)])]);
        }

        /// <summary>The values where a condition holds that spreads over them, another number elsewhere.</summary>
        internal string Keep(string x, string condition, float otherwise = 0) => graph.Node("Where", [condition, x, graph.Constant(tensor(otherwise))]);

        /// <summary>New axes of length 1.</summary>
        internal string Spread(string x, params long[] axes) => graph.Node("Unsqueeze", [x, graph.Constant(axes)]);

        /// <summary>Sum over axes, which go.</summary>
        internal string Sum(string x, params long[] axes) => graph.Node("ReduceSum", [x, graph.Constant(axes)], ("keepdims", 0));

        /// <summary>Lengths of at least 1, as real numbers: [N] → [N, 1].</summary>
        internal string Count(string lengths) => graph.Spread(graph.Real(graph.Node("Max", [lengths, graph.Scalar(1)])), 1);

        /// <summary>Places of an axis, from one up to another.</summary>
        internal string Slice(string x, long axis, long from, long to) => graph.Node("Slice", [x, graph.Constant(from), graph.Constant(to), graph.Constant(axis)]);

        /// <summary>As real numbers.</summary>
        internal string Real(string x) => graph.Node("Cast", [x], ("to", 1));
    }
}
