using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using Google.Protobuf;
using TorchSharp;
using AttributeType = AVServer.Runtime.Onnx.AttributeProto.Types.AttributeType;

namespace AVServer.Lab.Export;

/// <summary>Builds an ONNX model node by node; a value is known by its name, which every method returns.</summary>
internal sealed class OldGraph
{
    private const int Opset = 17;
    private const int IrVersion = 8;
    private const string TreeDomain = "ai.onnx.ml";
    private const int TreeOpset = 3;

    private readonly GraphProto _graph;

    internal OldGraph(string name) => _graph = new GraphProto { Name = name };

    /// <summary>An input of the model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; a name for each that is free.</param>
    internal string Input(string name, params ReadOnlySpan<OldAxis> shape)
    {
        _graph.Input.Add(Describe(name, shape));
        return name;
    }

    /// <summary>An input of whole numbers (int64).</summary>
    /// <inheritdoc cref="Input"/>
    internal string IntegerInput(string name, params ReadOnlySpan<OldAxis> shape)
    {
        _graph.Input.Add(Describe(name, shape, TensorProto.Types.DataType.Int64));
        return name;
    }

    /// <summary>Makes a value an output of the model.</summary>
    internal void Output(string value, string name, params ReadOnlySpan<OldAxis> shape)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        _graph.Output.Add(Describe(name, shape));
    }

    /// <summary>A tensor's values, stored as single precision.</summary>
    internal string Constant(torch.Tensor values)
    {
        using var single = values.detach().to(torch.float32);
        return Store(TensorProto.Types.DataType.Float, single.shape, MemoryMarshal.AsBytes<float>(single.data<float>().ToArray()));
    }

    /// <summary>A tensor's values, stored in half precision; the runtime widens them once, when it loads the graph.</summary>
    internal string HalfConstant(torch.Tensor values)
    {
        using var half = values.detach().to(torch.float32).contiguous();
        Half[] stored = [.. half.data<float>().ToArray().Select(value => (Half)value)];
        var name = Store(TensorProto.Types.DataType.Float16, half.shape, MemoryMarshal.AsBytes<Half>(stored));
        return Node("Cast", [name], ("to", (long)TensorProto.Types.DataType.Float));
    }

    /// <summary>Whole numbers as a vector.</summary>
    internal string Constant(params long[] values) =>
        Store(TensorProto.Types.DataType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>A whole number without a dimension.</summary>
    internal string Scalar(long value) => Store(TensorProto.Types.DataType.Int64, [], MemoryMarshal.AsBytes<long>([value]));

    /// <summary>An operator with one result.</summary>
    internal string Node(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<OldAttribute> attributes) => Node(op, 1, inputs, attributes)[0];

    /// <summary>An operator with several results.</summary>
    internal string[] Node(string op, int outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<OldAttribute> attributes)
    {
        var node = new NodeProto { OpType = op, Name = $"{op}_{_graph.Node.Count}" };
        foreach (var input in inputs) node.Input.Add(input);
        for (var i = 0; i < outputs; i++) node.Output.Add(outputs == 1 ? node.Name : $"{node.Name}_{i}");
        foreach (var attribute in attributes) node.Attribute.Add(attribute.ToProto());
        _graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>Boosted regression trees of the operator set for machine learning; their sum is [rows, 1].</summary>
    /// <param name="rows">[rows, features].</param>
    /// <param name="trees">Integers, reals and texts by the operator's attribute names.</param>
    internal string Trees(string rows, TreeAttributes trees)
    {
        var node = new NodeProto { OpType = "TreeEnsembleRegressor", Domain = TreeDomain, Name = $"Trees_{_graph.Node.Count}", Input = { rows } };
        node.Output.Add(node.Name);
        node.Attribute.Add(new AttributeProto { Name = "n_targets", Type = AttributeType.Int, I = 1 });
        foreach (var (name, values) in trees.Integers) node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { values } });
        foreach (var (name, values) in trees.Reals) node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeType.Floats, Floats = { values } });
        foreach (var (name, values) in trees.Texts)
            node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } });
        _graph.Node.Add(node);
        return node.Name;
    }

    internal byte[] ToBytes()
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "av-lab",
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            Graph = _graph,
        };
        if (_graph.Node.Any(node => node.Domain == TreeDomain)) model.OpsetImport.Add(new OperatorSetIdProto { Domain = TreeDomain, Version = TreeOpset });
        return model.ToByteArray();
    }

    /// <summary>A graph whose first output is a sigmoid, with what goes into the sigmoid as one more output, <c>logits</c>.</summary>
    /// <param name="graph">The graph's bytes.</param>
    internal static byte[] WithLogits(byte[] graph)
    {
        var model = ModelProto.Parser.ParseFrom(graph);
        var nodes = model.Graph.Node;
        var named = nodes.Single(node => node.Output.Contains(model.Graph.Output[0].Name));
        var sigmoid = nodes.Single(node => node.Output.Contains(named.Input[0]));
        if (sigmoid.OpType != "Sigmoid") throw new ArgumentException($"Expected a Sigmoid behind {named.Output[0]}, got {sigmoid.OpType}.", nameof(graph));
        nodes.Add(new NodeProto { OpType = "Identity", Name = "logits", Input = { sigmoid.Input[0] }, Output = { "logits" } });
        var logits = model.Graph.Output[0].Clone();
        logits.Name = "logits";
        model.Graph.Output.Add(logits);
        return model.ToByteArray();
    }

    private string Store(TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        var stored = new TensorProto { Name = $"constant_{_graph.Initializer.Count}", DataType = (int)type, RawData = ByteString.CopyFrom(data) };
        foreach (var length in shape) stored.Dims.Add(length);
        _graph.Initializer.Add(stored);
        return stored.Name;
    }

    private static ValueInfoProto Describe(string name, ReadOnlySpan<OldAxis> shape, TensorProto.Types.DataType type = TensorProto.Types.DataType.Float)
    {
        var dims = new TensorShapeProto();
        foreach (var axis in shape)
            dims.Dim.Add(axis.Name is { } free ? new TensorShapeProto.Types.Dimension { DimParam = free } : new TensorShapeProto.Types.Dimension { DimValue = axis.Length });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dims };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}

/// <summary>Attributes of a tree ensemble, by name.</summary>
internal sealed record TreeAttributes(
    IReadOnlyDictionary<string, long[]> Integers, IReadOnlyDictionary<string, float[]> Reals, IReadOnlyDictionary<string, string[]> Texts);

/// <summary>One axis of an input or output: a length, or the name of a free one.</summary>
internal readonly record struct OldAxis(long Length, string? Name)
{
    public static implicit operator OldAxis(long length) => new(length, null);

    public static implicit operator OldAxis(string name) => new(0, name);
}

/// <summary>An attribute of an operator: a whole number, several, or a real number.</summary>
internal readonly record struct OldAttribute(string Name, long[]? Integers, long Integer, float? Real)
{
    public static implicit operator OldAttribute((string Name, long Value) attribute) => new(attribute.Name, null, attribute.Value, null);

    public static implicit operator OldAttribute((string Name, long[] Values) attribute) => new(attribute.Name, attribute.Values, 0, null);

    public static implicit operator OldAttribute((string Name, float Value) attribute) => new(attribute.Name, null, 0, attribute.Value);

    internal AttributeProto ToProto() => (Integers, Real) switch
    {
        ({ } integers, _) => new AttributeProto { Name = Name, Type = AttributeType.Ints, Ints = { integers } },
        (_, { } real) => new AttributeProto { Name = Name, Type = AttributeType.Float, F = real },
        _ => new AttributeProto { Name = Name, Type = AttributeType.Int, I = Integer },
    };
}
