using Google.Protobuf;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime.Onnx;

/// <summary>
/// Makes the unsigned 8-bit weights of a published graph signed: processors multiply unsigned bytes by signed ones in one instruction
/// (VNNI), and unsigned by unsigned ones in several.
/// </summary>
/// <remarks>
/// A weight counts by how far it lies above its zero point. Both are lowered by 128, so that every sum of products stays the whole number
/// that it was, and with it every value of the graph, to the bit.
/// </remarks>
internal sealed class SignedWeights
{
    // Lowers an unsigned byte by 128: the same bits but one, read as a signed byte.
    private const byte Lowered = 0x80;

    // Places among the inputs of a product.
    private const int Weights = 1;
    private const int ZeroPoint = 3;

    private static readonly Lazy<bool> Exact = new(SignedProducts.AreExact);

    private readonly GraphProto _graph;
    private readonly Dictionary<string, TensorProto> _unsigned;
    private readonly Dictionary<string, NodeProto> _transposed;
    private readonly Dictionary<string, TensorProto> _signed = new(StringComparer.Ordinal);

    private SignedWeights(GraphProto graph)
    {
        _graph = graph;
        // What a caller may give isn't constant.
        var inputs = graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        _unsigned = graph.Initializer
            .Where(constant => constant.DataType == (int)DataType.Uint8 && !inputs.Contains(constant.Name))
            .ToDictionary(constant => constant.Name);
        _transposed = graph.Node.Where(node => node.OpType == "Transpose" && _unsigned.ContainsKey(node.Input[0]))
            .ToDictionary(node => node.Output[0]);
    }

    /// <summary>The graph with signed weights where this processor multiplies them exactly, else as it is.</summary>
    /// <param name="graph">The ONNX file's bytes; not changed.</param>
    /// <exception cref="InvalidDataException">The bytes are no graph.</exception>
    public static byte[] WhereExact(byte[] graph) => Exact.Value ? Of(graph) : graph;

    /// <summary>The graph with signed weights.</summary>
    /// <inheritdoc cref="WhereExact"/>
    public static byte[] Of(byte[] graph)
    {
        var model = GraphCut.Parse(graph);
        var weights = new SignedWeights(model.Graph);
        foreach (var node in model.Graph.Node.Where(node => node.OpType == "MatMulInteger").ToArray()) weights.Sign(node);
        if (weights._signed.Count == 0) return graph;
        weights.Replace();
        return model.ToByteArray();
    }

    private void Sign(NodeProto product)
    {
        var (weights, zeroPoint) = (product.Input[Weights], product.Input.ElementAtOrDefault(ZeroPoint) ?? "");
        if (!_unsigned.ContainsKey(weights) && !_transposed.ContainsKey(weights)) return;
        if (zeroPoint.Length > 0 && !_unsigned.ContainsKey(zeroPoint)) return;
        while (product.Input.Count <= ZeroPoint) product.Input.Add("");
        product.Input[Weights] = _transposed.TryGetValue(weights, out var transposed) ? Transposed(transposed) : Signed(_unsigned[weights]);
        // Without one it is 0.
        product.Input[ZeroPoint] = Signed(zeroPoint.Length > 0 ? _unsigned[zeroPoint] : new TensorProto { Int32Data = { 0 } });
    }

    private string Signed(TensorProto constant)
    {
        var name = SignedName(constant.Name);
        if (_signed.ContainsKey(name)) return name;
        byte[] values = constant.RawData.IsEmpty ? [.. constant.Int32Data.Select(value => (byte)value)] : constant.RawData.ToByteArray();
        for (var i = 0; i < values.Length; i++) values[i] ^= Lowered;
        _signed.Add(name, new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Int8,
            Dims = { constant.Dims },
            RawData = UnsafeByteOperations.UnsafeWrap(values),
        });
        return name;
    }

    private string Transposed(NodeProto transpose)
    {
        var name = SignedName(transpose.Output[0]);
        if (_graph.Node.Any(node => node.Output.Contains(name))) return name;
        var signed = transpose.Clone();
        (signed.Name, signed.Input[0], signed.Output[0]) = (name, Signed(_unsigned[transpose.Input[0]]), name);
        _graph.Node.Insert(_graph.Node.IndexOf(transpose), signed);
        return name;
    }

    // What nothing takes any more is dropped.
    private void Replace()
    {
        var used = Used(_graph);
        GraphCut.Keep(_graph.Node, node => !_transposed.ContainsKey(node.Output[0]) || used.Contains(node.Output[0]));
        used = Used(_graph);
        GraphCut.Keep(_graph.Initializer, constant => !_unsigned.ContainsKey(constant.Name) || used.Contains(constant.Name));
        _graph.Initializer.Add(_signed.Values);
    }

    private static HashSet<string> Used(GraphProto graph)
    {
        var used = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            used.UnionWith(node.Input);
            foreach (var attribute in node.Attribute)
                if (attribute.G is { } inner) used.UnionWith(Used(inner));
        }
        return used;
    }

    private static string SignedName(string name) => $"{name}/signed";
}
