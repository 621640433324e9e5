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
internal static class PhoneNetGraph
{
    /// <summary>The network with the file's weights, in evaluation mode.</summary>
    /// <param name="graph">An ONNX file that was written from a <see cref="PhoneNet"/> of the usual size.</param>
    /// <exception cref="InvalidDataException">It holds other weights.</exception>
    public static PhoneNet Read(ReadOnlySpan<byte> graph)
    {
        // Before the scope, which would take its tensors along.
        var net = new PhoneNet(new PhoneNetConfig());
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var weights = new Queue<Tensor>(Weights(graph));
        var layers = net.Layers;
        Take(weights, layers.First);
        Take(weights, layers.FirstNorm);
        foreach (var layer in layers.Fast.Concat(layers.Slow))
        {
            Take(weights, layer.Layers.Linear);
            Take(weights, layer.Layers.Affine);
            Take(weights, layer.Layers.Norm);
        }
        Take(weights, layers.Bottleneck);
        Take(weights, layers.Hidden);
        Take(weights, layers.HiddenNorm);
        Take(weights, layers.Code);
        Take(weights, layers.Output);
        if (weights.Count > 0) throw new InvalidDataException($"Expected the weights of a phone network, got {weights.Count} more.");
        net.eval();
        return net;
    }

    // The constants stand in the order in which the network is computed; single numbers among them are no weights.
    private static IEnumerable<Tensor> Weights(ReadOnlySpan<byte> graph)
    {
        var constants = ModelProto.Parser.ParseFrom(graph).Graph.Initializer;
        return [.. constants.Where(constant => constant.Dims.Count > 0).Select(Values).OfType<Tensor>()];
    }

    private static Tensor? Values(TensorProto constant) => (DataType)constant.DataType switch
    {
        DataType.Float => tensor(MemoryMarshal.Cast<byte, float>(constant.RawData.Span).ToArray()).reshape([.. constant.Dims]),
        DataType.Float16 => tensor(Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(constant.RawData.Span).ToArray(), half => (float)half))
            .reshape([.. constant.Dims]),
        _ => null,
    };

    // A convolution is a matrix product there, [taps · inputs, outputs].
    private static void Take(Queue<Tensor> weights, Conv1d target)
    {
        var (outputs, inputs, taps) = (target.weight.size(0), target.weight.size(1), target.weight.size(2));
        target.weight.copy_(Next(weights, [taps * inputs, outputs]).reshape(taps, inputs, outputs).permute(2, 1, 0));
        if (target.bias is { } bias) bias.copy_(Next(weights, [outputs]));
    }

    private static void Take(Queue<Tensor> weights, ChannelAffine target)
    {
        var (scale, shift) = target.Values;
        scale.copy_(Next(weights, [scale.size(0)]).unsqueeze(1));
        shift.copy_(Next(weights, [shift.size(0)]).unsqueeze(1));
    }

    private static Tensor Next(Queue<Tensor> weights, long[] shape) => weights.TryDequeue(out var next) && next.shape.SequenceEqual(shape)
        ? next
        : throw new InvalidDataException(
            $"Expected weights [{string.Join(", ", shape)}] of a phone network, got [{string.Join(", ", next?.shape ?? [])}].");
}
