namespace AVServer.Vision.Import;

/// <summary>A TensorFlow Lite graph as it stands in its file.</summary>
/// <remarks>Field numbers are those of TensorFlow's <c>schema.fbs</c>, version 3.</remarks>
internal sealed class TfLiteModel
{
    private TfLiteModel(TfLiteTensor[] tensors, TfLiteOperator[] operators, int[] inputs, int[] outputs)
    {
        Tensors = tensors;
        Operators = operators;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>All tensors; operators name them by index.</summary>
    public IReadOnlyList<TfLiteTensor> Tensors { get; }

    /// <summary>In the order of their execution.</summary>
    public IReadOnlyList<TfLiteOperator> Operators { get; }

    /// <summary>Indices of the graph's inputs.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Indices of the graph's outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no TensorFlow Lite file, is cut off, or holds several graphs.</exception>
    public static TfLiteModel Parse(ReadOnlyMemory<byte> file)
    {
        if (file.Length < 8 || !file.Span[4..8].SequenceEqual("TFL3"u8))
            throw new InvalidDataException("Expected a TensorFlow Lite file with the mark TFL3, got something else.");
        try
        {
            var model = FlatTable.Root(file);
            var codes = Array.ConvertAll(model.Tables(1), OperatorCode);
            var buffers = Array.ConvertAll(model.Tables(4), buffer => buffer.Bytes(0));
            if (model.Tables(2) is not [var graph]) throw new InvalidDataException("Expected one graph, got none or several.");
            return new TfLiteModel(
                Array.ConvertAll(
                    graph.Tables(0),
                    tensor => new TfLiteTensor(tensor.Text(3), tensor.Int32s(0), (TfLiteType)tensor.SByte(1), buffers[tensor.Int32(2)])),
                Array.ConvertAll(graph.Tables(3), op => new TfLiteOperator(codes[op.Int32(0)], op.Int32s(1), op.Int32s(2), op.Table(4))),
                graph.Int32s(1),
                graph.Int32s(2));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException(
                "Expected a whole TensorFlow Lite file, got one whose offsets leave it; it is cut off or damaged.", e);
        }
    }

    // Codes up to 127 stand in the old one-byte field; the four-byte field came later and is absent in old files.
    private static TfLiteOpCode OperatorCode(FlatTable code) => (TfLiteOpCode)Math.Max(code.SByte(0), code.Int32(3));
}

/// <summary>A tensor of the graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its axes; pictures are [batch, height, width, channels].</param>
/// <param name="Type">Type of a value.</param>
/// <param name="Bytes">Its values where it is a constant, else empty.</param>
internal sealed record TfLiteTensor(string Name, int[] Shape, TfLiteType Type, ReadOnlyMemory<byte> Bytes)
{
    public bool IsConstant => !Bytes.IsEmpty;
}

/// <summary>One step of the graph.</summary>
/// <param name="Code">What it does.</param>
/// <param name="Inputs">Indices of tensors.</param>
/// <param name="Outputs">Indices of tensors.</param>
/// <param name="Options">Its settings; null where it has none.</param>
internal sealed record TfLiteOperator(TfLiteOpCode Code, int[] Inputs, int[] Outputs, FlatTable? Options);

/// <summary>Types of values; numbers of the schema.</summary>
internal enum TfLiteType : sbyte
{
    Float32 = 0,
    Float16 = 1,
    Int32 = 2,
}

/// <summary>The operators that MediaPipe's face graphs use; numbers of the schema.</summary>
internal enum TfLiteOpCode
{
    Add = 0,
    Concatenation = 2,
    Conv2D = 3,
    DepthwiseConv2D = 4,
    Dequantize = 6,
    MaxPool2D = 17,
    Relu = 19,
    Reshape = 22,
    Pad = 34,
    PRelu = 54,
}
