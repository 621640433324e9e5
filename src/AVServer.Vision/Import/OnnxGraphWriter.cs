using System.Buffers;
using AVServer.Runtime.Onnx;
using Google.Protobuf;
using AttributeType = AVServer.Runtime.Onnx.AttributeProto.Types.AttributeType;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Vision.Import;

/// <summary>Gathers an ONNX graph and writes it as a file of operator set 13.</summary>
/// <remarks>
/// The same calls give the same bytes. A message is the merge of messages that follow each other, so the graph is written part by part, in the order of the calls:
/// that of the shipped files, whose sha256 the manifests state.
/// </remarks>
internal sealed class OnnxGraphWriter
{
    private readonly string _producer;
    private readonly ArrayBufferWriter<byte> _graph = new();

    /// <param name="name">The graph's.</param>
    /// <param name="producer">Who makes it.</param>
    public OnnxGraphWriter(string name, string producer)
    {
        _producer = producer;
        Add(new GraphProto { Name = name });
    }

    /// <summary>Adds an input of float32.</summary>
    public void Input(string tensor, IReadOnlyList<int> shape) => Add(new GraphProto { Input = { Describe(tensor, shape) } });

    /// <summary>Adds an output of float32.</summary>
    public void Output(string tensor, IReadOnlyList<int> shape) => Add(new GraphProto { Output = { Describe(tensor, shape) } });

    /// <summary>Adds a constant of float32 or float16.</summary>
    public void Constant(string tensor, IReadOnlyList<int> shape, TfLiteType type, byte[] values) =>
        Constant(tensor, shape, type == TfLiteType.Float16 ? DataType.Float16 : DataType.Float, values);

    /// <summary>Adds a constant vector of integers.</summary>
    public void Constant(string tensor, IReadOnlyList<int> values) =>
        Constant(tensor, [values.Count], DataType.Int64, [.. values.SelectMany(value => BitConverter.GetBytes((long)value))]);

    /// <summary>Adds an operator.</summary>
    /// <param name="type">ONNX's name of it.</param>
    /// <param name="inputs">Tensors.</param>
    /// <param name="output">The tensor that it makes.</param>
    /// <param name="attributes">Integers or lists of integers, by name.</param>
    public void Node(string type, IReadOnlyList<string> inputs, string output, params IReadOnlyList<(string Name, object Value)> attributes) =>
        Add(new GraphProto { Node = { new NodeProto { OpType = type, Input = { inputs }, Output = { output }, Attribute = { attributes.Select(Attribute) } } } });

    /// <summary>Adds a conversion of a constant to float32; the runtime does it once, when it loads the graph.</summary>
    public void CastToFloat32(string input, string output) => Node("Cast", [input], output, ("to", (int)DataType.Float));

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        using var file = new MemoryStream();
        new ModelProto { IrVersion = 7, ProducerName = _producer }.WriteTo(file); // IR version of operator set 13's time
        using (var output = new CodedOutputStream(file, leaveOpen: true))
        {
            output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(_graph.WrittenMemory));
        }
        new ModelProto { OpsetImport = { new OperatorSetIdProto { Version = 13 } } }.WriteTo(file);
        return file.ToArray();
    }

    private void Constant(string tensor, IReadOnlyList<int> shape, DataType type, byte[] values)
    {
        var stored = new TensorProto { Name = tensor, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(values) };
        stored.Dims.Add(shape.Select(axis => (long)axis));
        Add(new GraphProto { Initializer = { stored } });
    }

    private void Add(GraphProto part) => part.WriteTo(_graph);

    private static ValueInfoProto Describe(string tensor, IReadOnlyList<int> shape)
    {
        var axes = new TensorShapeProto { Dim = { shape.Select(axis => new TensorShapeProto.Types.Dimension { DimValue = axis }) } };
        var type = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = axes };
        return new ValueInfoProto { Name = tensor, Type = new TypeProto { TensorType = type } };
    }

    private static AttributeProto Attribute((string Name, object Value) attribute) => attribute.Value switch
    {
        int one => new AttributeProto { Name = attribute.Name, Type = AttributeType.Int, I = one },
        IReadOnlyList<int> many => new AttributeProto { Name = attribute.Name, Type = AttributeType.Ints, Ints = { many.Select(each => (long)each) } },
        _ => throw new ArgumentException($"Expected an integer or integers for {attribute.Name}, got {attribute.Value.GetType().Name}.", nameof(attribute)),
    };
}
