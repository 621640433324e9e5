using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.TestKit;

/// <summary>Writes tiny ONNX graphs (operator set 13) byte by byte, so that a test's model is readable in the test.</summary>
/// <remarks>Field numbers are those of onnx.proto.</remarks>
public sealed class OnnxBuilder
{
    private readonly ProtobufWriter _graph = new();
    private readonly SortedSet<string> _domains = new(StringComparer.Ordinal) { "" };

    /// <summary>Starts an empty graph.</summary>
    public OnnxBuilder() => _graph.Text(2, "test");

    /// <summary>Adds a float input; a negative axis is free.</summary>
    public OnnxBuilder Input(string name, params ReadOnlySpan<int> shape) => Add(11, ValueInfo(name, shape));

    /// <summary>Adds an input of 64-bit integers; a negative axis is free.</summary>
    public OnnxBuilder IntegerInput(string name, params ReadOnlySpan<int> shape) => Add(11, ValueInfo(name, shape, elementType: 7));

    /// <summary>Adds a float output; a negative axis is free.</summary>
    public OnnxBuilder Output(string name, params ReadOnlySpan<int> shape) => Add(12, ValueInfo(name, shape));

    /// <summary>Adds a constant of floats.</summary>
    public OnnxBuilder Constant(string name, ReadOnlySpan<int> shape, params ReadOnlySpan<float> values) =>
        Add(5, Tensor(name, 1, shape, MemoryMarshal.AsBytes(values)));

    /// <summary>Adds a constant of 64-bit integers.</summary>
    public OnnxBuilder Constant(string name, ReadOnlySpan<int> shape, params ReadOnlySpan<long> values) =>
        Add(5, Tensor(name, 7, shape, MemoryMarshal.AsBytes(values)));

    /// <summary>Adds a constant whose values lie in a file beside the model.</summary>
    public OnnxBuilder ExternalConstant(string name, string location, int length)
    {
        var entry = new ProtobufWriter().Text(1, "location").Text(2, location);
        return Add(5, new ProtobufWriter().Number(1, length).Number(2, 1).Text(8, name).Message(13, entry).Number(14, 1));
    }

    /// <summary>Adds an operator.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="inputs">Names, separated by spaces.</param>
    /// <param name="output">Name of its one output.</param>
    /// <param name="integers">Integer attributes; one value is written as a number, more as a list.</param>
    /// <param name="domain">Domain of the operator.</param>
    public OnnxBuilder Node(string operation, string inputs, string output, (string Name, int[] Values)[]? integers = null, string domain = "")
    {
        _domains.Add(domain);
        var node = new ProtobufWriter();
        foreach (var input in inputs.Split(' ')) node.Text(1, input);
        node.Text(2, output).Text(3, output).Text(4, operation);
        foreach (var (name, values) in integers ?? []) node.Message(5, Attribute(name, values));
        return Add(1, node.Text(7, domain));
    }

    /// <summary>The finished file.</summary>
    public byte[] Build()
    {
        var model = new ProtobufWriter().Number(1, 8).Message(7, _graph);
        foreach (var domain in _domains) model.Message(8, new ProtobufWriter().Text(1, domain).Number(2, domain.Length == 0 ? 13 : 1));
        return model.ToArray();
    }

    private static ProtobufWriter Attribute(string name, int[] values)
    {
        var attribute = new ProtobufWriter().Text(1, name);
        if (values.Length == 1 && name != "axes") return attribute.Number(3, values[0]).Number(20, 2);
        foreach (var value in values) attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    private static ProtobufWriter ValueInfo(string name, ReadOnlySpan<int> shape, int elementType = 1)
    {
        var axes = new ProtobufWriter();
        for (var i = 0; i < shape.Length; i++)
        {
            var axis = new ProtobufWriter();
            axes.Message(1, shape[i] < 0 ? axis.Text(2, $"{name}_{i}") : axis.Number(1, shape[i]));
        }
        var type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, elementType).Message(2, axes));
        return new ProtobufWriter().Text(1, name).Message(2, type);
    }

    private static ProtobufWriter Tensor(string name, int type, ReadOnlySpan<int> shape, ReadOnlySpan<byte> values)
    {
        var tensor = new ProtobufWriter();
        foreach (var axis in shape) tensor.Number(1, axis);
        return tensor.Number(2, type).Text(8, name).Bytes(9, values);
    }

    private OnnxBuilder Add(int field, ProtobufWriter part)
    {
        _graph.Message(field, part);
        return this;
    }

    private sealed class ProtobufWriter
    {
        private readonly List<byte> _bytes = [];

        public ProtobufWriter Number(int field, long value)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
            return this;
        }

        public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)value.Length);
            _bytes.AddRange(value);
            return this;
        }

        public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, CollectionsMarshal.AsSpan(value._bytes));

        public byte[] ToArray() => [.. _bytes];

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
        }
    }
}
