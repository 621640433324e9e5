using System.Runtime.InteropServices;
using AVServer.Networks;
using AVServer.Runtime.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Lab.Import;

/// <summary>
/// Takes a <see cref="PhoneNet"/>'s weights from its own ONNX file, so that what a model is made of can be had without training it anew.
/// </summary>
internal sealed class PhoneNetGraph
{
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Queue<NodeProto> _products;
    private readonly Queue<Tensor> _shifts;

    private PhoneNetGraph(GraphProto graph)
    {
        _constants = graph.Initializer.ToDictionary(constant => constant.Name);
        // Nodes stand in the order in which they are computed.
        _products = new(graph.Node.Where(node => node.OpType is "Gemm" or "MatMulIntegerToFloat"));
        _shifts = new(graph.Node.Where(node => node.OpType == "Add").SelectMany(node => node.Input).Select(Vector).OfType<Tensor>());
    }

    /// <summary>The network with the file's weights, in evaluation mode.</summary>
    /// <param name="file">An ONNX file that was written from a <see cref="PhoneNet"/> of the usual size.</param>
    /// <exception cref="InvalidDataException">It holds other weights.</exception>
    public static PhoneNet Read(ReadOnlySpan<byte> file)
    {
        // Before the scope, which would take its tensors along.
        var net = new PhoneNet(new PhoneNetConfig());
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        new PhoneNetGraph(ModelProto.Parser.ParseFrom(file).Graph).Fill(net.Layers);
        net.eval();
        return net;
    }

    private void Fill(PhoneNetLayers layers)
    {
        Take(layers.First);
        Take(layers.FirstNorm);
        foreach (var layer in layers.Fast.Concat(layers.Slow))
        {
            TakeTaps(layer.Layers.Linear);
            Take(layer.Layers.Affine);
            Take(layer.Layers.Norm);
        }
        Take(layers.Bottleneck);
        Take(layers.Hidden);
        layers.HiddenNorm.Values.Scale.fill_(1);
        layers.HiddenNorm.Values.Shift.zero_();
        var shift = Take(layers.Code) ?? throw Unexpected([layers.Code.weight!.size(0)], []);
        Take(layers.Output);
        // What is added in front of the code has become the code's bias. The network has none there: the outputs' bias takes it.
        layers.Output.bias!.add_(layers.Output.weight!.squeeze(2).matmul(shift));
        if (_products.Count + _shifts.Count > 0)
            throw new InvalidDataException(
                $"Expected the weights of a phone network, got {_products.Count} products and {_shifts.Count} shifts more.");
    }

    // A convolution is a matrix product there, [taps · inputs, outputs]; the file's bias.
    private Tensor? Take(Conv1d target)
    {
        var (outputs, inputs, taps) = (target.weight!.size(0), target.weight.size(1), target.weight.size(2));
        var (weights, bias) = Next([taps * inputs, outputs]);
        target.weight.copy_(weights.reshape(taps, inputs, outputs).permute(2, 1, 0));
        if (target.bias is { } own) own.copy_(bias ?? throw Unexpected([outputs], []));
        return bias;
    }

    // A factor whose taps are products of their own, [inputs, taps · outputs].
    private void TakeTaps(Conv1d target)
    {
        var (outputs, inputs, taps) = (target.weight!.size(0), target.weight.size(1), target.weight.size(2));
        target.weight.copy_(Next([inputs, taps * outputs]).Weights.reshape(inputs, taps, outputs).permute(2, 0, 1));
    }

    // The scale is part of the weights before it.
    private void Take(ChannelAffine target)
    {
        var (scale, shift) = target.Values;
        if (!_shifts.TryDequeue(out var next) || next.numel() != shift.numel()) throw Unexpected(shift.shape, next?.shape ?? []);
        scale.fill_(1);
        shift.copy_(next.unsqueeze(1));
    }

    private (Tensor Weights, Tensor? Bias) Next(long[] shape)
    {
        if (!_products.TryDequeue(out var node)) throw Unexpected(shape, []);
        var isWhole = node.OpType != "Gemm";
        var weights = Values(node.Input[1]) ?? throw Unexpected(shape, []);
        if (isWhole) weights *= Values(node.Input[3])!;
        if (!weights.shape.SequenceEqual(shape)) throw Unexpected(shape, weights.shape);
        return (weights, node.Input.Count > (isWhole ? 6 : 2) ? Values(node.Input[isWhole ? 6 : 2]) : null);
    }

    private Tensor? Vector(string name) => Values(name) is { } values && values.dim() == 1 ? values : null;

    private Tensor? Values(string name)
    {
        if (!_constants.TryGetValue(name, out var constant)) return null;
        var bytes = constant.RawData.Span;
        float[]? values = (DataType)constant.DataType switch
        {
            DataType.Float => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            DataType.Int8 => Array.ConvertAll(MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray(), whole => (float)whole),
            _ => null,
        };
        return values is null ? null : tensor(values).reshape([.. constant.Dims]);
    }

    private static InvalidDataException Unexpected(long[] wanted, long[] got) => new(
        $"Expected weights [{string.Join(", ", wanted)}] of a phone network, got [{string.Join(", ", got)}].");
}
