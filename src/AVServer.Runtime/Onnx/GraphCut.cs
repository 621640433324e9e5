using AVServer.Runtime.Onnx;
using Google.Protobuf;

namespace AVServer.Runtime;

/// <summary>Cuts out of a graph what is asked for, so that the rest is neither loaded nor held nor computed.</summary>
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
        var model = Parse(graph);
        Behind(model, value, shape);
        return model.ToByteArray();
    }

    /// <summary>One branch of a graph that does nothing but choose between two.</summary>
    /// <param name="graph">The ONNX file's bytes; not changed.</param>
    /// <param name="condition">What the choice depends on, from here on.</param>
    /// <param name="value">Name of one of its outputs, which becomes the only one.</param>
    /// <returns>The bytes of the smaller graph; of the inputs it has those that the branch needs.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such graph, or it has no such output.</exception>
    public static byte[] Branch(byte[] graph, bool condition, string value)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var model = Parse(graph);
        Branch(model, condition, value);
        return model.ToByteArray();
    }

    /// <summary>Leaves of a graph the part that an inner value rests on.</summary>
    /// <inheritdoc cref="Behind(byte[], string, IReadOnlyList{int})"/>
    internal static void Behind(ModelProto model, string value, IReadOnlyList<int> shape) => Behind(model, Describe(value, shape));

    /// <summary>Leaves of a graph that does nothing but choose between two one of them.</summary>
    /// <inheritdoc cref="Branch(byte[], bool, string)"/>
    internal static void Branch(ModelProto model, bool condition, string value)
    {
        var name = condition ? "then_branch" : "else_branch";
        if (model.Graph.Node is not [{ OpType: "If" } choice]
            || choice.Attribute.FirstOrDefault(each => each.Name == name)?.G is not { } branch)
            throw new InvalidDataException("Expected a graph that is one choice between two, got another.");
        var (output, index) = (model.Graph.Output.FirstOrDefault(each => each.Name == value), choice.Output.IndexOf(value));
        if (output is null || index < 0 || index >= branch.Output.Count)
            throw new InvalidDataException($"Expected a graph with the output '{value}', got one with {string.Join(", ", choice.Output)}.");
        model.Graph.Node.Clear();
        model.Graph.Node.Add(branch.Node);
        // Names inside stay; what is given out may have another one outside.
        if (branch.Output[index].Name != value)
            model.Graph.Node.Add(new NodeProto { OpType = "Identity", Input = { branch.Output[index].Name }, Output = { value } });
        model.Graph.Initializer.Add(branch.Initializer);
        Behind(model, output);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The bytes are no graph.</exception>
    internal static ModelProto Parse(byte[] graph)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(graph);
            return model.Graph is null ? throw new InvalidDataException("Expected an ONNX graph, got a model without one.") : model;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"Expected an ONNX graph, got bytes that are none: {e.Message}", e);
        }
    }

    /// <summary>Drops what isn't wanted.</summary>
    internal static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> parts, Func<T, bool> isWanted)
    {
        T[] kept = [.. parts.Where(isWanted)];
        parts.Clear();
        parts.Add(kept);
    }

    private static void Behind(ModelProto model, ValueInfoProto output)
    {
        var (nodes, value) = (model.Graph.Node, output.Name);
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
        model.Graph.Output.Add(output);
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
