using AVServer.Runtime.Onnx;
using static TorchSharp.torch;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// A scale and a shift of each channel, what a batch norm or the normalisation of an input is at evaluation, go into the weights of the
/// convolution or product before or behind them.
/// </summary>
internal static class ScaleFolding
{
    internal static void Run(GraphEditor graph)
    {
        // Each change opens the way to others; a node that was folded away makes nothing any more.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var node in graph.Nodes.ToList().Where(node => node.OpType is "Conv" or "MatMul" or "Add" or "Sub" or "Mul" or "Div"))
            {
                if (node.Output.Count > 0)
                    changed |= FoldIntoNext(graph, node) || FoldIntoPrevious(graph, node) || FoldThroughRelu(graph, node)
                        || Swap(graph, node);
            }
        }
    }

    /// <summary>Conv → scale or shift: one Conv. Product → scale: one product.</summary>
    private static bool FoldIntoNext(GraphEditor graph, NodeProto node)
    {
        if (!IsProduct(graph, node) || graph.SingleConsumerOf(node) is not { } next ||
            Other(graph, next, node.Output[0]) is not { } other) return false;
        var convolves = node.OpType == "Conv";
        if (!convolves && next.OpType is "Add" or "Sub") return false;
        if (PerChannel(graph, other, node.Output[0], convolves ? 1 : -1) is not { } values) return false;
        var weight = graph.Weight(node.Input[1]);
        switch (next.OpType)
        {
            case "Mul" or "Div":
                var scale = next.OpType == "Div" ? 1 / values : values;
                node.Input[1] = graph.Store(
                    node.Input[1], convolves ? (weight.flatten(1) * scale.reshape(-1, 1)).reshape(weight.shape) : weight * scale);
                if (node.Input.Count == 3) node.Input[2] = graph.Store(node.Input[2], graph.Weight(node.Input[2]) * scale);
                break;
            case "Add" or "Sub":
                var shift = (next.OpType == "Sub" ? -values : values).expand(weight.size(0));
                var bias = graph.Store(other, node.Input.Count == 3 ? graph.Weight(node.Input[2]) + shift : shift);
                if (node.Input.Count == 3) node.Input[2] = bias;
                else node.Input.Add(bias);
                break;
            default:
                return false;
        }

        Merge(graph, node, next);
        return true;
    }

    /// <summary>Conv → ReLU → scale above 0: a Conv that is scaled → ReLU.</summary>
    private static bool FoldThroughRelu(GraphEditor graph, NodeProto node)
    {
        if (node.OpType != "Conv" || !IsProduct(graph, node) || graph.SingleConsumerOf(node) is not { OpType: "Relu" } relu ||
            graph.SingleConsumerOf(relu) is not { OpType: "Mul" } next || Other(graph, next, relu.Output[0]) is not { } other) return false;
        if (PerChannel(graph, other, relu.Output[0], 1) is not { } scale || scale.le(0).any().item<bool>()) return false;
        var weight = graph.Weight(node.Input[1]);
        node.Input[1] = graph.Store(node.Input[1], (weight.flatten(1) * scale.reshape(-1, 1)).reshape(weight.shape));
        if (node.Input.Count == 3) node.Input[2] = graph.Store(node.Input[2], graph.Weight(node.Input[2]) * scale);
        Merge(graph, relu, next);
        return true;
    }

    /// <summary>Scale → Conv or product, and shift → Conv that pads nothing: one Conv or product.</summary>
    private static bool FoldIntoPrevious(GraphEditor graph, NodeProto node)
    {
        if (graph.SingleConsumerOf(node) is not { } next || !IsProduct(graph, next) || next.Input[0] != node.Output[0] ||
            Read(graph, node) is not { } input) return false;
        var convolves = next.OpType == "Conv";
        if (convolves && (IntAttribute(next, "group", 1) != 1 ||
            (node.OpType is "Add" or "Sub" && IntsAttribute(next, "pads").Any(pad => pad != 0)))) return false;
        if (node.OpType is "Add" or "Sub" && !convolves) return false;
        if (PerChannel(graph, node.Input[1], input, convolves ? 1 : -1) is not { } values) return false;
        var weight = graph.Weight(next.Input[1]);
        if (node.OpType is "Mul" or "Div")
        {
            var scale = node.OpType == "Div" ? 1 / values : values;
            next.Input[1] = graph.Store(
                next.Input[1], convolves ? weight * scale.reshape([1, -1, .. Enumerable.Repeat(1L, (int)weight.dim() - 2)])
                    : weight * scale.reshape(-1, 1));
        }
        else
        {
            var shift = (node.OpType == "Sub" ? -values : values).reshape([1, -1, .. Enumerable.Repeat(1L, (int)weight.dim() - 2)]);
            var added = (weight * shift).flatten(1).sum(1);
            var bias = graph.Store(node.Input[1], next.Input.Count == 3 ? graph.Weight(next.Input[2]) + added : added);
            if (next.Input.Count == 3) next.Input[2] = bias;
            else next.Input.Add(bias);
        }

        next.Input[0] = input;
        graph.Remove(node);
        return true;
    }

    /// <summary>
    /// Two shifts as one; shift → scale as scale → shift; and scale or shift → Transpose as Transpose → scale or shift, so that they
    /// come to the convolution.
    /// </summary>
    private static bool Swap(GraphEditor graph, NodeProto node)
    {
        if (Read(graph, node) is not { } input || graph.SingleConsumerOf(node) is not { } next) return false;
        if (node.OpType == "Add" && next.OpType == "Add" && next.Input[0] == node.Output[0] && graph.IsWeight(next.Input[1]))
        {
            node.Input[1] = graph.Store(next.Input[1], graph.Weight(node.Input[1]) + graph.Weight(next.Input[1]));
            Merge(graph, node, next);
            return true;
        }

        if (node.OpType == "Add" && next.OpType == "Mul" && next.Input[0] == node.Output[0] && graph.IsWeight(next.Input[1]) &&
            graph.ProducerOf(input) is { } maker && IsProduct(graph, maker))
        {
            var shift = graph.Store(node.Input[1], graph.Weight(node.Input[1]) * graph.Weight(next.Input[1]));
            (node.OpType, next.OpType) = ("Mul", "Add");
            (node.Input[1], next.Input[1]) = (next.Input[1], shift);
            return true;
        }

        if (next.OpType != "Transpose" || graph.SingleConsumerOf(next) is not { OpType: "Conv" or "Mul" or "Div" or "Add" or "Sub" } ||
            graph.ShapeOf(input) is not { } shape) return false;
        var values = graph.Weight(node.Input[1]);
        var order = IntsAttribute(next, "perm");
        var spread = values.reshape([.. Enumerable.Repeat(1L, shape.Length - (int)values.dim()), .. values.shape]).permute(order);
        graph.Shape(node.Output[0], [.. order.Select(axis => shape[axis])]);
        (node.OpType, next.OpType) = (next.OpType, node.OpType);
        var (transposed, scaled) = (node.Output[0], next.Output[0]);
        var (attributes, named) = (node.Attribute.ToList(), next.Attribute.ToList());
        node.Attribute.Clear();
        next.Attribute.Clear();
        node.Attribute.Add(named);
        next.Attribute.Add(attributes);
        node.Input.Clear();
        node.Input.Add(input);
        next.Input.Clear();
        next.Input.Add([transposed, graph.Store(graph.UniqueName("spread"), spread)]);
        next.Output[0] = scaled;
        return true;
    }

    private static bool IsProduct(GraphEditor graph, NodeProto node) =>
        node.OpType is "Conv" or "MatMul" && graph.IsWeight(node.Input[1]) &&
            (node.OpType == "Conv" || graph.ShapeOf(node.Input[1])!.Length == 2);

    /// <summary>What a scale or shift by a constant reads; null for any other node.</summary>
    private static string? Read(GraphEditor graph, NodeProto node) =>
        node.OpType is "Add" or "Sub" or "Mul" or "Div" && graph.IsWeight(node.Input[1]) && !graph.IsWeight(node.Input[0])
            ? node.Input[0] : null;

    private static string? Other(GraphEditor graph, NodeProto node, string value) =>
        node.Input.Count == 2 && node.Input[0] == value && graph.IsWeight(node.Input[1]) ? node.Input[1] : null;

    /// <summary>A constant as one number for each channel, or for all; null where it differs along another axis.</summary>
    private static Tensor? PerChannel(GraphEditor graph, string constant, string value, int axis)
    {
        if (graph.ShapeOf(value) is not { } shape) return null;
        var values = graph.Weight(constant);
        if (values.numel() == 1) return values.reshape(1);
        var at = (axis < 0 ? shape.Length + axis : axis) - (shape.Length - (int)values.dim());
        return at >= 0 && values.size(at) == values.numel() && $"{values.numel()}" == shape[axis < 0 ? ^-axis : axis]
            ? values.flatten() : null;
    }

    private static void Merge(GraphEditor graph, NodeProto node, NodeProto next)
    {
        node.Output[0] = next.Output[0];
        graph.Remove(next);
    }

    internal static long IntAttribute(NodeProto node, string name, long otherwise) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? otherwise;

    internal static long[] IntsAttribute(NodeProto node, string name) =>
        [.. node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.Ints ?? []];
}
