using System.Numerics.Tensors;
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
    private readonly Dictionary<string, TensorProto> _signed = new(StringComparer.Ordinal);

    private SignedWeights(GraphProto graph)
    {
        _graph = graph;
        // What a caller may give isn't constant.
        var inputs = graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        _unsigned = graph.Initializer
            .Where(constant => constant.DataType == (int)DataType.Uint8 && !inputs.Contains(constant.Name))
            .ToDictionary(constant => constant.Name);
    }

    /// <summary>Whether this processor multiplies signed weights exactly, and so may have them; found out once.</summary>
    public static bool AreExact => Exact.Value;

    /// <summary>Makes the weights of a graph signed.</summary>
    /// <param name="graph">Changed.</param>
    public static void Sign(GraphProto graph)
    {
        var weights = new SignedWeights(graph);
        foreach (var node in graph.Node.Where(node => node.OpType == "MatMulInteger").ToArray()) weights.Sign(node);
        if (weights._signed.Count > 0) weights.Replace();
    }

    private void Sign(NodeProto product)
    {
        var zeroName = product.Input.ElementAtOrDefault(ZeroPoint) ?? "";
        // Without a zero point it is 0.
        var zeroPoint = zeroName.Length > 0 ? _unsigned.GetValueOrDefault(zeroName) : new TensorProto { Int32Data = { 0 } };
        if (zeroPoint is null || !_unsigned.TryGetValue(product.Input[Weights], out var weights)) return;
        while (product.Input.Count <= ZeroPoint) product.Input.Add("");
        (product.Input[Weights], product.Input[ZeroPoint]) = (Signed(weights), Signed(zeroPoint));
    }

    private string Signed(TensorProto constant)
    {
        var name = $"{constant.Name}/signed";
        if (_signed.ContainsKey(name)) return name;
        byte[] values = constant.RawData.IsEmpty ? [.. constant.Int32Data.Select(value => (byte)value)] : constant.RawData.ToByteArray();
        TensorPrimitives.Xor(values, Lowered, values);
        _signed.Add(name, new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Int8,
            Dims = { constant.Dims },
            RawData = UnsafeByteOperations.UnsafeWrap(values),
        });
        return name;
    }

    // What nothing takes any more is dropped.
    private void Replace()
    {
        var used = Used(_graph);
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
}
