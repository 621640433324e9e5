using AVServer.Runtime.Onnx;
using Google.Protobuf;

namespace AVServer.Runtime;

/// <summary>Cuts a graph behind one of its inner values, so that what lies behind is neither held nor computed.</summary>
public static class GraphCut
{
    /// <summary>The part of a graph that an inner value rests on.</summary>
    /// <param name="graph">The ONNX file's bytes; not changed.</param>
    /// <param name="value">Name of the value, which becomes the only output.</param>
    /// <param name="shape">Its axes, -1 where free.</param>
    /// <returns>The bytes of the smaller graph.</returns>
    /// <exception cref="InvalidDataException">The bytes are no graph, or nothing in it makes the value.</exception>
    public static byte[] Behind(byte[] graph, string value, IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(shape);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(graph);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"Expected an ONNX graph, got bytes that are none: {e.Message}", e);
        }
        var nodes = model.Graph?.Node ?? throw new InvalidDataException("Expected an ONNX graph, got a model without one.");
        var wanted = new HashSet<string>(StringComparer.Ordinal) { value };
        var kept = new List<NodeProto>();
        // A graph's nodes stand in the order in which they are computed.
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            if (!nodes[i].Output.Any(wanted.Contains)) continue;
            kept.Add(nodes[i]);
            wanted.UnionWith(nodes[i].Input);
        }
        if (kept.Count == 0) throw new InvalidDataException($"Expected a graph that computes '{value}', got one that doesn't.");
        kept.Reverse();
        nodes.Clear();
        nodes.Add(kept);
        Keep(model.Graph.Initializer, constant => wanted.Contains(constant.Name));
        Keep(model.Graph.Input, input => wanted.Contains(input.Name));
        model.Graph.Output.Clear();
        model.Graph.Output.Add(Describe(value, shape));
        return model.ToByteArray();
    }

    private static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> parts, Func<T, bool> isWanted)
    {
        T[] kept = [.. parts.Where(isWanted)];
        parts.Clear();
        parts.Add(kept);
    }

    private static ValueInfoProto Describe(string value, IReadOnlyList<int> shape)
    {
        var dims = new TensorShapeProto();
        foreach (var (axis, i) in shape.Select((axis, i) => (axis, i)))
            dims.Dim.Add(
                axis < 0 ? new TensorShapeProto.Types.Dimension { DimParam = $"axis{i}" }
                    : new TensorShapeProto.Types.Dimension { DimValue = axis });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = dims };
        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = tensor } };
    }
}
