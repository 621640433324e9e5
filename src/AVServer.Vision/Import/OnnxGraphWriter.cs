namespace AVServer.Vision.Import;

/// <summary>Gathers an ONNX graph and writes it as a file of operator set 13.</summary>
/// <remarks>Field numbers are those of <c>onnx.proto</c>. The same calls give the same bytes.</remarks>
internal sealed class OnnxGraphWriter(string name, string producer)
{
    private const int Float32 = 1;
    private const int Int64 = 7;
    private const int Float16 = 10;

    private readonly List<Action<ProtobufWriter>> _parts = [];

    /// <summary>Adds an input of float32.</summary>
    public void Input(string tensor, IReadOnlyList<int> shape) => _parts.Add(graph => graph.Message(11, info => ValueInfo(info, tensor, shape)));

    /// <summary>Adds an output of float32.</summary>
    public void Output(string tensor, IReadOnlyList<int> shape) => _parts.Add(graph => graph.Message(12, info => ValueInfo(info, tensor, shape)));

    /// <summary>Adds a constant of float32 or float16.</summary>
    public void Constant(string tensor, IReadOnlyList<int> shape, TfLiteType type, byte[] values) =>
        Tensor(tensor, shape, type == TfLiteType.Float16 ? Float16 : Float32, values);

    /// <summary>Adds a constant vector of integers.</summary>
    public void Constant(string tensor, IReadOnlyList<int> values) =>
        Tensor(tensor, [values.Count], Int64, [.. values.SelectMany(value => BitConverter.GetBytes((long)value))]);

    /// <summary>Adds an operator.</summary>
    /// <param name="type">ONNX's name of it.</param>
    /// <param name="inputs">Tensors.</param>
    /// <param name="output">The tensor that it makes.</param>
    /// <param name="attributes">Integers or lists of integers, by name.</param>
    public void Node(string type, IReadOnlyList<string> inputs, string output, params IReadOnlyList<(string Name, object Value)> attributes) =>
        _parts.Add(graph => graph.Message(1, node =>
        {
            foreach (var input in inputs) node.Text(1, input);
            node.Text(2, output);
            node.Text(4, type);
            foreach (var (attribute, value) in attributes) node.Message(5, message => Attribute(message, attribute, value));
        }));

    /// <summary>Adds a conversion of a constant to float32; the runtime does it once, when it loads the graph.</summary>
    public void CastToFloat32(string input, string output) => Node("Cast", [input], output, ("to", Float32));

    /// <summary>The file.</summary>
    public byte[] ToArray()
    {
        var model = new ProtobufWriter();
        model.Varint(1, 7); // IR version of operator set 13's time
        model.Text(2, producer);
        model.Message(7, graph =>
        {
            graph.Text(2, name);
            foreach (var part in _parts) part(graph);
        });
        model.Message(8, operatorSet => operatorSet.Varint(2, 13));
        return model.ToArray();
    }

    private void Tensor(string tensor, IReadOnlyList<int> shape, int type, byte[] values) => _parts.Add(graph => graph.Message(5, message =>
    {
        foreach (var axis in shape) message.Varint(1, axis);
        message.Varint(2, type);
        message.Text(8, tensor);
        message.Bytes(9, values);
    }));

    private static void ValueInfo(ProtobufWriter info, string tensor, IReadOnlyList<int> shape)
    {
        info.Text(1, tensor);
        info.Message(2, type => type.Message(1, tensorType =>
        {
            tensorType.Varint(1, Float32);
            tensorType.Message(2, axes =>
            {
                foreach (var axis in shape) axes.Message(1, dimension => dimension.Varint(1, axis));
            });
        }));
    }

    private static void Attribute(ProtobufWriter message, string name, object value)
    {
        message.Text(1, name);
        switch (value)
        {
            case int one:
                message.Varint(3, one);
                message.Varint(20, 2); // INT
                break;
            case IReadOnlyList<int> many:
                foreach (var each in many) message.Varint(8, each);
                message.Varint(20, 7); // INTS
                break;
            default:
                throw new ArgumentException($"Expected an integer or integers for {name}, got {value.GetType().Name}.", nameof(value));
        }
    }
}
