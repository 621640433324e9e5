using AVServer.Runtime.Onnx;

namespace AVServer.Lab.Export.Passes;

/// <summary>A convolution over pictures in time whose kernel spans all of them becomes one over a single picture with so many times the channels: the runtime is faster with those.</summary>
internal static class DepthFolding
{
    internal static void Run(GraphEditor graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.OpType == "Conv").ToList())
        {
            if (graph.ShapeOf(node.Input[0]) is not [_, var channels, var depth, var height, var width] || !graph.IsWeight(node.Input[1])) continue;
            var weight = graph.Weight(node.Input[1]);
            long[] pads = ScaleFolding.Wholes(node, "pads"), strides = ScaleFolding.Wholes(node, "strides"), dilations = ScaleFolding.Wholes(node, "dilations");
            if (depth != $"{weight.size(2)}" || pads[0] != 0 || pads[3] != 0 || dilations[0] != 1 || ScaleFolding.Whole(node, "group", 1) != 1) continue;
            var stacked = graph.Free("stacked");
            string[] shape = [channels, depth, height, width];
            long[] into = [0, weight.size(1) * weight.size(2), long.Parse(shape[2]), long.Parse(shape[3])];
            graph.Insert(graph.Node("Reshape", [node.Input[0], graph.Wholes([4], into)], stacked), node);
            var (flat, output) = (graph.Free("flat"), node.Output[0]);
            string[] inputs = [stacked, graph.Store(node.Input[1], weight.flatten(1, 2)), .. node.Input.Skip(2)];
            graph.Insert(
                graph.Node("Conv", inputs, flat, ("strides", strides[1..]), ("pads", (long[])[.. pads[1..3], .. pads[4..6]]), ("dilations", dilations[1..])), node);
            graph.Insert(graph.Node("Unsqueeze", [flat, graph.Wholes([1], 2)], output), node);
            graph.Remove(node);
        }
    }
}
