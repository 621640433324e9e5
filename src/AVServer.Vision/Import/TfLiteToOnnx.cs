using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Vision.Import;

/// <summary>Turns a TensorFlow Lite graph into ONNX, for the operators of MediaPipe's face graphs.</summary>
/// <remarks>
/// Inputs and outputs keep name, order and shape, so [batch, height, width, channels] outside. Inside, pictures are [batch, channels,
/// height, width] as
/// ONNX's operators want them; a transposition stands only where the two meet. Half-precision weights stay so in the file.
/// </remarks>
internal sealed class TfLiteToOnnx
{
    private static readonly int[] ToChannelsFirst = [0, 3, 1, 2];
    private static readonly int[] ToChannelsLast = [0, 2, 3, 1];

    private readonly TfLiteModel _model;
    private readonly OnnxGraph _graph;
    private readonly Dictionary<int, string> _channelsFirst = [];
    private readonly Dictionary<int, string> _asInFile = [];
    private readonly Dictionary<int, TfLiteTensor> _constants = [];

    private TfLiteToOnnx(TfLiteModel model, string name)
    {
        _model = model;
        _graph = new OnnxGraph(name, operatorSet: 13, "avserver");
    }

    /// <summary>Converts a graph.</summary>
    /// <param name="tfLite">The TensorFlow Lite file.</param>
    /// <param name="name">Name of the graph.</param>
    /// <returns>The ONNX file; the same bytes for the same input.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">The graph has an operator, or a use of one, that MediaPipe's face graphs have
    /// not.</exception>
    public static byte[] Convert(ReadOnlyMemory<byte> tfLite, string name) => new TfLiteToOnnx(TfLiteModel.Parse(tfLite), name).Convert();

    private byte[] Convert()
    {
        for (var i = 0; i < _model.Tensors.Count; i++)
            if (_model.Tensors[i].IsConstant) _constants[i] = _model.Tensors[i];
        foreach (var input in _model.Inputs)
        {
            var tensor = _model.Tensors[input];
            _graph.Input(tensor.Name, Axes(tensor));
            _asInFile[input] = tensor.Name;
        }
        foreach (var op in _model.Operators) Convert(op);
        foreach (var output in _model.Outputs)
        {
            var tensor = _model.Tensors[output];
            _graph.Add("Identity", [AsInFile(output)], [tensor.Name]);
            _graph.Output(tensor.Name, Axes(tensor));
        }
        return _graph.ToBytes();
    }

    private void Convert(TfLiteOperator op)
    {
        switch (op.Code)
        {
            case TfLiteOpCode.Dequantize: Dequantize(op); break;
            case TfLiteOpCode.Conv2D: Convolution(op, depthwise: false); break;
            case TfLiteOpCode.DepthwiseConv2D: Convolution(op, depthwise: true); break;
            case TfLiteOpCode.MaxPool2D: MaxPool(op); break;
            case TfLiteOpCode.PRelu: PRelu(op); break;
            case TfLiteOpCode.Relu: Emit(op, "Relu", [ChannelsFirst(op.Inputs[0])]); break;
            case TfLiteOpCode.Add: Add(op); break;
            case TfLiteOpCode.Pad: Pad(op); break;
            case TfLiteOpCode.Reshape: Reshape(op); break;
            case TfLiteOpCode.Concatenation: Concatenation(op); break;
            default:
                throw new NotSupportedException(
                $"Expected an operator of MediaPipe's face graphs, got number {(int)op.Code}; convert this graph by other means.");
        }
    }

    private void Dequantize(TfLiteOperator op)
    {
        if (!_constants.TryGetValue(op.Inputs[0], out var constant) || constant.Type != TfLiteType.Float16)
            throw new NotSupportedException("Expected DEQUANTIZE of half-precision constants only; convert this graph by other means.");
        _constants[op.Outputs[0]] = constant;
    }

    private void Convolution(TfLiteOperator op, bool depthwise)
    {
        // Conv2DOptions and DepthwiseConv2DOptions differ by the depth multiplier, field 3 of the latter.
        var options = Options(op);
        var after = depthwise ? 4 : 3;
        int[] strides = [options.Int32(2, 1), options.Int32(1, 1)];
        int[] dilations = [options.Int32(after + 2, 1), options.Int32(after + 1, 1)];

        var weight = _constants[op.Inputs[1]];
        int[] kernel = [weight.Shape[1], weight.Shape[2]];
        var channels = _model.Tensors[op.Inputs[0]].Shape[3];
        var pads = Padding(op, options.SByte(0), kernel, strides, dilations);
        Emit(
            op, "Conv",
            [ChannelsFirst(op.Inputs[0]), Weight(op.Inputs[1], depthwise ? [3, 0, 1, 2] : ToChannelsFirst), Weight(op.Inputs[2], [0])],
            options.SByte(after),
            ("kernel_shape", Longs(kernel)), ("strides", Longs(strides)), ("dilations", Longs(dilations)), ("pads", Longs(pads)),
                ("group", depthwise ? channels : 1L));
    }

    private void MaxPool(TfLiteOperator op)
    {
        var options = Options(op);
        int[] strides = [options.Int32(2), options.Int32(1)];
        int[] kernel = [options.Int32(4), options.Int32(3)];
        var pads = Padding(op, options.SByte(0), kernel, strides, [1, 1]);
        Emit(op, "MaxPool", [ChannelsFirst(op.Inputs[0])], options.SByte(5), ("kernel_shape", Longs(kernel)), ("strides", Longs(strides)),
            ("pads", Longs(pads)));
    }

    // slope · x + (1 − slope) · relu(x), each a convolution of one pixel on each channel. ONNX's own PRelu has no form for the blocked
    // layout that ONNX Runtime keeps convolutions in, so that it would turn every map there and back: the mesh takes 0.7 ms instead of 3.6.
    private void PRelu(TfLiteOperator op)
    {
        var slope = _constants[op.Inputs[1]];
        if (slope.Shape is not [1, 1, var channels])
            throw new NotSupportedException("Expected a PRELU with one slope a channel; convert this graph by other means.");
        var (input, name) = (ChannelsFirst(op.Inputs[0]), Name(op.Outputs[0]));
        var slopes = Floats(slope);
        PerChannel(input, $"{name}.all", slopes);
        _graph.Add("Relu", [input], [$"{name}.relu"]);
        PerChannel($"{name}.relu", $"{name}.positive", Array.ConvertAll(slopes, value => 1 - value));
        Emit(op, "Add", [$"{name}.all", $"{name}.positive"]);

        void PerChannel(string from, string to, float[] factors)
        {
            _graph.Constant($"{to}.factors", [channels, 1, 1, 1], factors);
            long[] once = [1, 1], none = [0, 0, 0, 0];
            _graph.Add("Conv", [from, $"{to}.factors"], [to], ("kernel_shape", once), ("strides", once), ("dilations", once),
                ("pads", none), ("group", (long)channels));
        }
    }

    private void Add(TfLiteOperator op)
    {
        if (!_model.Tensors[op.Inputs[0]].Shape.SequenceEqual(_model.Tensors[op.Inputs[1]].Shape))
            throw new NotSupportedException("Expected an ADD of equal shapes; convert this graph by other means.");
        Emit(op, "Add", [ChannelsFirst(op.Inputs[0]), ChannelsFirst(op.Inputs[1])], op.Options?.SByte(0) ?? 0);
    }

    private void Pad(TfLiteOperator op)
    {
        // [axis, before or after] in the file, all befores and then all afters in ONNX.
        var pairs = Int32s(_constants[op.Inputs[1]]);
        var name = $"{Name(op.Outputs[0])}.pads";
        _graph.Constant(name,
            Longs([.. ToChannelsFirst.Select(axis => pairs[2 * axis]), .. ToChannelsFirst.Select(axis => pairs[(2 * axis) + 1])]));
        Emit(op, "Pad", [ChannelsFirst(op.Inputs[0]), name]);
    }

    private void Reshape(TfLiteOperator op)
    {
        var name = Name(op.Outputs[0]);
        _graph.Constant($"{name}.shape", Longs(_model.Tensors[op.Outputs[0]].Shape));
        _graph.Add("Reshape", [AsInFile(op.Inputs[0]), $"{name}.shape"], [name]);
        _asInFile[op.Outputs[0]] = name;
    }

    private void Concatenation(TfLiteOperator op)
    {
        var name = Name(op.Outputs[0]);
        RequireNoActivation(Options(op).SByte(1));
        _graph.Add("Concat", [.. op.Inputs.Select(AsInFile)], [name], ("axis", (long)Options(op).Int32(0)));
        _asInFile[op.Outputs[0]] = name;
    }

    /// <summary>Adds a node whose output is channels first, and the activation that is fused to it in the file.</summary>
    private void Emit(TfLiteOperator op, string type, string[] inputs, sbyte activation = 0, params OnnxAttribute[] attributes)
    {
        const sbyte relu = 1;
        var output = Name(op.Outputs[0]);
        var before = activation == relu ? $"{output}.linear" : output;
        if (activation != relu) RequireNoActivation(activation);
        _graph.Add(type, inputs, [before], attributes);
        if (activation == relu) _graph.Add("Relu", [before], [output]);
        _channelsFirst[op.Outputs[0]] = output;
    }

    private int[] Padding(TfLiteOperator op, sbyte scheme, int[] kernel, int[] strides, int[] dilations)
    {
        const sbyte valid = 1;
        if (scheme == valid) return [0, 0, 0, 0];
        // SAME: ceil(size / stride) outputs; an odd cell goes to the end, unlike ONNX's SAME_UPPER only in that it is spelt out.
        var shape = _model.Tensors[op.Inputs[0]].Shape;
        var pads = new int[4];
        for (var axis = 0; axis < 2; axis++)
        {
            var size = shape[axis + 1];
            var outputs = (size + strides[axis] - 1) / strides[axis];
            var total = Math.Max(((outputs - 1) * strides[axis]) + ((kernel[axis] - 1) * dilations[axis]) + 1 - size, 0);
            pads[axis] = total / 2;
            pads[axis + 2] = total - (total / 2);
        }
        return pads;
    }

    /// <summary>Adds a constant with its axes in another order.</summary>
    private string Weight(int index, int[] order)
    {
        var tensor = _constants[index];
        var name = $"{Name(index)}.weight";
        var half = tensor.Type == TfLiteType.Float16;
        var stored = half ? $"{name}.half" : name;
        _graph.Constant(stored, [.. order.Select(axis => (long)tensor.Shape[axis])], half ? DataType.Float16
            : DataType.Float, Transposed(tensor, order, half ? 2 : 4));
        // The runtime widens it once, when it loads the graph.
        if (half) _graph.Add("Cast", [stored], [name], ("to", (long)DataType.Float));
        return name;
    }

    private static byte[] Transposed(TfLiteTensor tensor, int[] order, int width)
    {
        var shape = tensor.Shape;
        var steps = new int[shape.Length];
        for (int axis = shape.Length - 1, step = width; axis >= 0; step *= shape[axis--]) steps[axis] = step;
        var result = new byte[tensor.Bytes.Length];
        var place = new int[shape.Length];
        for (var to = 0; to < result.Length; to += width)
        {
            var from = 0;
            for (var axis = 0; axis < order.Length; axis++) from += place[axis] * steps[order[axis]];
            tensor.Bytes.Span.Slice(from, width).CopyTo(result.AsSpan(to));
            for (var axis = order.Length - 1; axis >= 0 && ++place[axis] == shape[order[axis]]; axis--) place[axis] = 0;
        }
        return result;
    }

    private string ChannelsFirst(int index)
    {
        if (_channelsFirst.TryGetValue(index, out var name)) return name;
        name = $"{Name(index)}.nchw";
        _graph.Add("Transpose", [_asInFile[index]], [name], ("perm", Longs(ToChannelsFirst)));
        return _channelsFirst[index] = name;
    }

    private string AsInFile(int index)
    {
        if (_asInFile.TryGetValue(index, out var name)) return name;
        name = $"{Name(index)}.nhwc";
        _graph.Add("Transpose", [_channelsFirst[index]], [name], ("perm", Longs(ToChannelsLast)));
        return _asInFile[index] = name;
    }

    private static FlatTable Options(TfLiteOperator op) =>
        op.Options ?? throw new InvalidDataException($"Expected options of {op.Code}, got none.");

    private static int[] Int32s(TfLiteTensor tensor) => MemoryMarshal.Cast<byte, int>(tensor.Bytes.Span).ToArray();

    private static float[] Floats(TfLiteTensor tensor) => tensor.Type == TfLiteType.Float16
        ? Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.Bytes.Span).ToArray(), value => (float)value)
        : MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span).ToArray();

    private static void RequireNoActivation(sbyte activation)
    {
        if (activation != 0)
            throw new NotSupportedException($"Expected no activation or RELU, got number {activation}; convert this graph by other means.");
    }

    private static Axis[] Axes(TfLiteTensor tensor) => [.. tensor.Shape.Select(length => (Axis)length)];

    private static long[] Longs(IEnumerable<int> values) => [.. values.Select(value => (long)value)];

    private static string Name(int index) => $"t{index}";
}
