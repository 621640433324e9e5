using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using static TorchSharp.torch;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// Matrix products of 8-bit whole numbers in place of real ones: weights with a scale for each output, what they are multiplied with in
/// ranges that were watched beforehand.
/// </summary>
/// <remarks>
/// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018, §2. Weights
/// use seven of their eight bits: processors without VNNI add two products in 16 bits, which would overflow else, and a model is to give
/// the same everywhere. The operator is ONNX Runtime's own; that runtime doesn't make it of the standard's pairs of operators where a
/// bias is added.
/// </remarks>
internal static class StaticQuantisation
{
    /// <summary>The largest weight in whole numbers.</summary>
    internal const int LargestWeight = 63;

    // Smaller products cost little.
    private const int Fewest = 1 << 15;
    private const string RuntimeDomain = "com.microsoft";

    /// <summary>Values that products read whose weights will be rounded, in the order of their computation.</summary>
    internal static IReadOnlyList<string> Inputs(byte[] graph) =>
        [.. Products(new GraphEditor(graph)).Select(node => node.Input[0]).Distinct()];

    /// <summary>The graph in whole numbers.</summary>
    /// <param name="graph">A graph of rows: <see cref="StreamRows"/>.</param>
    /// <param name="ranges">Range of each of its <see cref="Inputs"/>.</param>
    internal static byte[] Run(byte[] graph, IReadOnlyDictionary<string, ActivationRange> ranges)
    {
        using var scope = NewDisposeScope();
        var editor = new GraphEditor(graph);
        editor.Import(RuntimeDomain, 1);
        var rounded = new Dictionary<string, (string Value, string Scale, string Zero)>();
        foreach (var node in Products(editor).ToList())
        {
            var input = node.Input[0];
            if (!rounded.TryGetValue(input, out var whole)) rounded[input] = whole = Round(editor, node, ranges[input]);
            var (weights, scales) = Round(editor, node.Input[1]);
            string[] bias = [.. node.Input.Skip(2)];
            node.OpType = "MatMulIntegerToFloat";
            node.Domain = RuntimeDomain;
            node.Input.Clear();
            node.Input.Add([whole.Value, weights, whole.Scale, scales, whole.Zero, "", .. bias]);
        }
        return editor.ToBytes();
    }

    /// <summary>Rounds a layer's weights to what they will be in whole numbers: [rows, …], each row with a scale of its own.</summary>
    internal static Tensor Rounded(Tensor weights)
    {
        var rows = weights.reshape(weights.size(0), -1);
        var scale = rows.abs().amax([1], keepdim: true).clamp_min(1e-12) / LargestWeight;
        return ((rows / scale).round() * scale).reshape(weights.shape);
    }

    private static IEnumerable<NodeProto> Products(GraphEditor graph) => graph.Nodes.Where(node =>
        node.OpType == "Gemm" && node.Attribute.Count == 0 && graph.IsWeight(node.Input[1]) && graph.Values(node.Input[1]).Length >= Fewest
        && node.Input.Skip(2).All(graph.IsWeight));

    private static (string Value, string Scale, string Zero) Round(GraphEditor graph, NodeProto before, ActivationRange range)
    {
        var scale = graph.Store("scale", [], DataType.Float, MemoryMarshal.AsBytes<float>([range.Scale]));
        var zero = graph.Store("zero", [], DataType.Uint8, [range.Zero]);
        var value = graph.UniqueName("whole");
        graph.Insert(GraphEditor.Node("QuantizeLinear", [before.Input[0], scale, zero], value), before);
        return (value, scale, zero);
    }

    // [inputs, outputs] as they stand in the graph.
    private static (string Weights, string Scales) Round(GraphEditor graph, string name)
    {
        var weights = graph.Weight(name);
        var scales = (weights.abs().amax([0]).clamp_min(1e-12) / LargestWeight).to(float32);
        var whole = (weights / scales).round().to(int8).contiguous();
        return (
            graph.Store(name, whole.shape, DataType.Int8, MemoryMarshal.AsBytes<sbyte>(whole.data<sbyte>().ToArray())),
            graph.Store(name + ".scale", scales));
    }
}
