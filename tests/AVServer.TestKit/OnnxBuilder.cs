using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using Google.Protobuf;
using AttributeType = AVServer.Runtime.Onnx.AttributeProto.Types.AttributeType;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.TestKit;

/// <summary>Writes tiny ONNX graphs (operator set 13), so that a test's model is readable in the test.</summary>
public sealed class OnnxBuilder
{
    private readonly GraphProto _graph = new() { Name = "test" };
    private readonly SortedSet<string> _domains = new(StringComparer.Ordinal) { "" };

    /// <summary>Adds a float input; a negative axis is free.</summary>
    public OnnxBuilder Input(string name, params ReadOnlySpan<int> shape) => Input(Describe(name, shape));

    /// <summary>Adds an input of 64-bit integers; a negative axis is free.</summary>
    public OnnxBuilder IntegerInput(string name, params ReadOnlySpan<int> shape) => Input(Describe(name, shape, DataType.Int64));

    /// <summary>Adds a float output; a negative axis is free.</summary>
    public OnnxBuilder Output(string name, params ReadOnlySpan<int> shape)
    {
        _graph.Output.Add(Describe(name, shape));
        return this;
    }

    /// <summary>Adds a constant of floats.</summary>
    public OnnxBuilder Constant(string name, ReadOnlySpan<int> shape, params ReadOnlySpan<float> values) =>
        Constant(name, DataType.Float, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a constant of 64-bit integers.</summary>
    public OnnxBuilder Constant(string name, ReadOnlySpan<int> shape, params ReadOnlySpan<long> values) =>
        Constant(name, DataType.Int64, shape, MemoryMarshal.AsBytes(values));

    /// <summary>Adds a constant whose values lie in a file beside the model.</summary>
    public OnnxBuilder ExternalConstant(string name, string location, int length)
    {
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Float,
            Dims = { length },
            DataLocation = 1,
            ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
        });
        return this;
    }

    /// <summary>Adds an operator.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="inputs">Names, separated by spaces.</param>
    /// <param name="output">Name of its one output.</param>
    /// <param name="integers">Integer attributes; one value is written as a number, more as a list.</param>
    /// <param name="domain">Domain of the operator.</param>
    public OnnxBuilder Node(
        string operation, string inputs, string output, (string Name, int[] Values)[]? integers = null, string domain = "")
    {
        _domains.Add(domain);
        _graph.Node.Add(new NodeProto
        {
            OpType = operation,
            Name = output,
            Domain = domain,
            Input = { inputs.Split(' ') },
            Output = { output },
            Attribute = { (integers ?? []).Select(attribute => Attribute(attribute.Name, attribute.Values)) },
        });
        return this;
    }

    /// <summary>The finished file.</summary>
    public byte[] Build()
    {
        var model = new ModelProto { IrVersion = 8, Graph = _graph };
        foreach (var domain in _domains)
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = domain.Length == 0 ? 13 : 1 });
        return model.ToByteArray();
    }

    private OnnxBuilder Input(ValueInfoProto input)
    {
        _graph.Input.Add(input);
        return this;
    }

    private OnnxBuilder Constant(string name, DataType type, ReadOnlySpan<int> shape, ReadOnlySpan<byte> values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(values) };
        foreach (var axis in shape) tensor.Dims.Add(axis);
        _graph.Initializer.Add(tensor);
        return this;
    }

    private static AttributeProto Attribute(string name, int[] values) => values.Length == 1 && name != "axes"
        ? new AttributeProto { Name = name, Type = AttributeType.Int, I = values[0] }
        : new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { values.Select(value => (long)value) } };

    private static ValueInfoProto Describe(string name, ReadOnlySpan<int> shape, DataType type = DataType.Float)
    {
        var axes = new TensorShapeProto();
        for (var i = 0; i < shape.Length; i++)
            axes.Dim.Add(
                shape[i] < 0 ? new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{i}" }
                    : new TensorShapeProto.Types.Dimension { DimValue = shape[i] });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = axes } }
        };
    }
}
