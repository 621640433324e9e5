using AVServer.Runtime.Onnx;
using static TorchSharp.torch;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// Two convolutions that read the same value in the same way become one, if a ReLU and convolutions of one tap come behind each: those
/// read both, with zeros for the channels that aren't theirs. In a stream's few steps the cost of a node counts more than its
/// arithmetic.
/// </summary>
internal static class BranchMerging
{
    internal static void Run(GraphEditor graph)
    {
        while (Pair(graph) is var (one, other))
        {
            var (first, second) = (graph.SingleConsumerOf(one)!, graph.SingleConsumerOf(other)!);
            var (own, more) = (graph.Weight(one.Input[1]), graph.Weight(other.Input[1]));
            Widen(graph, graph.SingleConsumerOf(first)!, before: 0, after: more.size(0));
            Widen(graph, graph.SingleConsumerOf(second)!, before: own.size(0), after: 0);
            one.Input[1] = graph.Store(one.Input[1], cat([own, more], 0));
            one.Input[2] = graph.Store(one.Input[2], cat([graph.Weight(one.Input[2]), graph.Weight(other.Input[2])], 0));
            var (shape, channels) = (graph.ShapeOf(one.Output[0])!, $"{own.size(0) + more.size(0)}");
            foreach (var value in new[] { one.Output[0], first.Output[0] }) graph.Shape(value, [shape[0], channels, .. shape[2..]]);
            graph.Redirect(second.Output[0], first.Output[0]);
            graph.Remove(other);
            graph.Remove(second);
        }
    }

    private static (NodeProto One, NodeProto Other)? Pair(GraphEditor graph)
    {
        NodeProto[] branches = [.. graph.Nodes.Where(node => IsBranch(graph, node))];
        foreach (var one in branches)
        {
            if (branches.FirstOrDefault(
                other => other != one && other.Input[0] == one.Input[0] && AreAlike(graph, one, other)) is { } other) return (one, other);
        }

        return null;
    }

    private static bool IsBranch(GraphEditor graph, NodeProto node) =>
        node is { OpType: "Conv", Input.Count: 3 } && ScaleFolding.IntAttribute(node, "group", 1) == 1 &&
        graph.SingleConsumerOf(node) is { OpType: "Relu" } relu && graph.SingleConsumerOf(relu) is { OpType: "Conv" } next &&
        graph.ShapeOf(next.Input[1])![2..].All(taps => taps == "1") && ScaleFolding.IntAttribute(next, "group", 1) == 1;

    private static bool AreAlike(GraphEditor graph, NodeProto one, NodeProto other) =>
        one.Attribute.SequenceEqual(other.Attribute) &&
            graph.ShapeOf(one.Input[1]).AsSpan(1).SequenceEqual(graph.ShapeOf(other.Input[1]).AsSpan(1));

    private static void Widen(GraphEditor graph, NodeProto node, long before, long after)
    {
        var weight = graph.Weight(node.Input[1]);
        Tensor Zeros(long channels) => zeros([weight.size(0), channels, .. weight.shape[2..]], float64);
        node.Input[1] = graph.Store(node.Input[1], cat([Zeros(before), weight, Zeros(after)], 1));
    }
}
