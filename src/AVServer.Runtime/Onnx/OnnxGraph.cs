using System.Buffers;
using System.Runtime.InteropServices;
using Google.Protobuf;
using AttributeType = AVServer.Runtime.Onnx.AttributeProto.Types.AttributeType;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime.Onnx;

/// <summary>Builds an ONNX file node by node; a value is known by its name.</summary>
/// <remarks>
/// The same calls give the same bytes. A message is the merge of messages that follow each other, so the graph is written part by part,
/// in the order of the calls: that of the shipped files, whose sha256 their manifests state.
/// </remarks>
public sealed class OnnxGraph
{
    private const string TreeDomain = "ai.onnx.ml";
    private const int TreeOperatorSet = 3;

    private readonly int _operatorSet;
    private readonly string _producer;
    private readonly ArrayBufferWriter<byte> _graph = new();
    private int _nodes;
    private bool _hasTrees;

    /// <param name="name">The graph's name.</param>
    /// <param name="operatorSet">Version of ONNX's operators that it uses.</param>
    /// <param name="producer">Who makes it.</param>
    public OnnxGraph(string name, int operatorSet, string producer)
    {
        (_operatorSet, _producer) = (operatorSet, producer);
        Add(new GraphProto { Name = name });
    }

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; a name for each that is free.</param>
    /// <param name="type">What it holds.</param>
    /// <returns>The name.</returns>
    public string Input(string name, IReadOnlyList<Axis> shape, DataType type = DataType.Float)
    {
        Add(new GraphProto { Input = { Describe(name, shape, type) } });
        return name;
    }

    /// <summary>Makes a value an output under its name.</summary>
    /// <inheritdoc cref="Input"/>
    public void Output(string name, IReadOnlyList<Axis> shape, DataType type = DataType.Float) =>
        Add(new GraphProto { Output = { Describe(name, shape, type) } });

    /// <summary>Says what shape a value between inputs and outputs has.</summary>
    /// <inheritdoc cref="Input"/>
    public void Shape(string name, IReadOnlyList<Axis> shape, DataType type = DataType.Float) =>
        Add(new GraphProto { ValueInfo = { Describe(name, shape, type) } });

    /// <summary>Adds a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="type">What it holds.</param>
    /// <param name="values">The values as they lie in memory.</param>
    /// <returns>The name.</returns>
    public string Constant(string name, IReadOnlyList<long> shape, DataType type, ReadOnlySpan<byte> values)
    {
        var constant = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(values), Dims = { shape } };
        Add(new GraphProto { Initializer = { constant } });
        return name;
    }

    /// <summary>Adds a constant of real numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="values">Its values.</param>
    /// <returns>The name.</returns>
    public string Constant(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values) =>
        Constant(name, shape, DataType.Float, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a constant vector of whole numbers.</summary>
    /// <returns>The name.</returns>
    public string Constant(string name, params ReadOnlySpan<long> values) =>
        Constant(name, [values.Length], DataType.Int64, MemoryMarshal.AsBytes(values));

    /// <summary>Adds an operator whose result gets a name of its own.</summary>
    /// <param name="type">ONNX's name of the operator.</param>
    /// <param name="inputs">Values.</param>
    /// <param name="attributes">What else the operator needs to know.</param>
    /// <returns>The result.</returns>
    public string Node(string type, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var output = $"{type}_{_nodes++}";
        Add(type, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds an operator.</summary>
    /// <param name="type">ONNX's name of the operator.</param>
    /// <param name="inputs">Values.</param>
    /// <param name="outputs">Names of what it makes.</param>
    /// <param name="attributes">What else the operator needs to know.</param>
    public void Add(
        string type, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var node = new NodeProto { OpType = type, Input = { inputs }, Output = { outputs } };
        node.Attribute.Add(attributes.Select(attribute => attribute.ToProto()));
        Add(new GraphProto { Node = { node } });
    }

    /// <summary>Adds boosted regression trees of the operator set for machine learning.</summary>
    /// <param name="rows">[rows, features].</param>
    /// <param name="attributes">The trees.</param>
    /// <returns>Their sum [rows, 1].</returns>
    public string Trees(string rows, params IReadOnlyList<OnnxAttribute> attributes)
    {
        _hasTrees = true;
        var sum = $"Trees_{_nodes++}";
        var node = new NodeProto { OpType = "TreeEnsembleRegressor", Domain = TreeDomain, Input = { rows }, Output = { sum } };
        node.Attribute.Add(attributes.Select(attribute => attribute.ToProto()));
        Add(new GraphProto { Node = { node } });
        return sum;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        // IR versions of the operator sets' times.
        using var file = new MemoryStream();
        new ModelProto { IrVersion = _operatorSet < 15 ? 7 : 8, ProducerName = _producer }.WriteTo(file);
        using (var output = new CodedOutputStream(file, leaveOpen: true))
        {
            output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(_graph.WrittenMemory));
        }

        Import("", _operatorSet);
        if (_hasTrees) Import(TreeDomain, TreeOperatorSet);
        return file.ToArray();

        void Import(string domain, int version)
        {
            var operators = new OperatorSetIdProto { Version = version };
            if (domain.Length > 0) operators.Domain = domain;
            new ModelProto { OpsetImport = { operators } }.WriteTo(file);
        }
    }

    private void Add(GraphProto part) => part.WriteTo(_graph);

    private static ValueInfoProto Describe(string name, IReadOnlyList<Axis> shape, DataType type)
    {
        var axes = new TensorShapeProto { Dim = { shape.Select(axis => axis.ToProto()) } };
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = axes };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}

/// <summary>An attribute of an operator.</summary>
public readonly struct OnnxAttribute
{
    private readonly AttributeProto _proto;

    private OnnxAttribute(AttributeProto proto) => _proto = proto;

    public static implicit operator OnnxAttribute((string Name, long Value) it) =>
        new(new() { Name = it.Name, Type = AttributeType.Int, I = it.Value });

    public static implicit operator OnnxAttribute((string Name, float Value) it) =>
        new(new() { Name = it.Name, Type = AttributeType.Float, F = it.Value });

    public static implicit operator OnnxAttribute((string Name, string Value) it) =>
        new(new() { Name = it.Name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(it.Value) });

    public static implicit operator OnnxAttribute((string Name, long[] Values) it) =>
        new(new() { Name = it.Name, Type = AttributeType.Ints, Ints = { it.Values } });

    public static implicit operator OnnxAttribute((string Name, float[] Values) it) =>
        new(new() { Name = it.Name, Type = AttributeType.Floats, Floats = { it.Values } });

    public static implicit operator OnnxAttribute((string Name, string[] Values) it) =>
        new(new() { Name = it.Name, Type = AttributeType.Strings, Strings = { it.Values.Select(ByteString.CopyFromUtf8) } });

    /// <summary>As it stands in the file.</summary>
    public AttributeProto ToProto() => _proto;
}
