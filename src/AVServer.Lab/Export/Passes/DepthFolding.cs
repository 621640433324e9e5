using AVServer.Runtime.Onnx;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// A convolution over pictures in time whose kernel spans all of them becomes one over a single picture with so many times the
/// channels, which the runtime computes faster.
/// </summary>
internal static class DepthFolding
{
    internal static void Run(GraphEditor graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.OpType == "Conv" && Spans(graph, node)).ToList())
        {
            var (input, output) = (graph.ShapeOf(node.Input[0])!, graph.ShapeOf(node.Output[0])!);
            var weight = graph.Weight(node.Input[1]);
            long[] pads = ScaleFolding.IntsAttribute(node, "pads"), strides = ScaleFolding.IntsAttribute(node, "strides"),
                dilations = ScaleFolding.IntsAttribute(node, "dilations");
            var (stacked, flat) = (graph.UniqueName("stacked"), graph.UniqueName("flat"));
            var shape = graph.Int64s([4], 0, weight.size(1) * weight.size(2), long.Parse(input[3]), long.Parse(input[4]));
            graph.Insert(GraphEditor.Node("Reshape", [node.Input[0], shape], stacked), node);
            string[] inputs = [stacked, graph.Store(node.Input[1], weight.flatten(1, 2)), .. node.Input.Skip(2)];
            long[] around = [.. pads[1..3], .. pads[4..6]];
            graph.Insert(GraphEditor.Node(
                "Conv", inputs, flat, ("strides", strides[1..]), ("pads", around), ("dilations", dilations[1..])), node);
            if (SinglePictures(graph, node, output) is var (swap, single))
            {
                graph.Redirect(single.Output[0], flat);
                graph.Remove(swap);
                graph.Remove(single);
            }
            else
            {
                graph.Insert(GraphEditor.Node("Unsqueeze", [flat, graph.Int64s([1], 2)], node.Output[0]), node);
            }

            graph.Remove(node);
        }
    }

    private static bool Spans(GraphEditor graph, NodeProto node)
    {
        long[] pads = ScaleFolding.IntsAttribute(node, "pads"), dilations = ScaleFolding.IntsAttribute(node, "dilations");
        return graph.ShapeOf(node.Input[0]) is { Length: 5 } shape && graph.IsWeight(node.Input[1]) &&
            graph.ShapeOf(node.Input[1])![2] == shape[2] &&
            pads[0] == 0 && pads[3] == 0 && dilations[0] == 1 && ScaleFolding.IntAttribute(node, "group", 1) == 1;
    }

    /// <summary>
    /// The transposition and the new shape that make single pictures [N · T, …] of what a convolution gives: with one moment each they
    /// change nothing.
    /// </summary>
    private static (NodeProto Swap, NodeProto Single)? SinglePictures(GraphEditor graph, NodeProto node, string[] shape) =>
        graph.SingleConsumerOf(node) is { OpType: "Transpose" } swap && ScaleFolding.IntsAttribute(swap, "perm").SequenceEqual([0, 2, 1, 3, 4]) &&
        graph.SingleConsumerOf(swap) is { OpType: "Reshape" } single &&
            graph.ShapeOf(single.Output[0]).AsSpan(1).SequenceEqual([shape[1], .. shape[3..]])
            ? (swap, single)
            : null;
}
