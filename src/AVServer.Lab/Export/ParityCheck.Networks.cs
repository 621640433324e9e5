using AVServer.Networks;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

public static partial class ParityCheck
{
    /// <summary>
    /// The largest difference of the outputs over made-up inputs; of a network that streams chunk by chunk, whose caches begin with
    /// zeros.
    /// </summary>
    public static float Measure(INetwork network, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var frames = network.Steps is { } steps ? Chunks * steps.ChunkFrames : Positions;
        Tensor[] inputs = [.. network.Inputs.Select(input => Input(input, network.Steps is not null, frames))];
        Tensor[] expected = [.. network.Serve([.. inputs.Select(TorchValue.From)]).Select(TorchValue.Of)];
        var got = network.Steps is null ? Run(session, inputs) : [Stream(session, inputs[0], network.Steps.ChunkFrames)];
        return expected.Zip(got).Aggregate(0f, (worst, pair) => Worse(worst, Relative(pair.First, pair.Second)));
    }

    private static Tensor Input(NetworkInput input, bool streams, int frames)
    {
        long[] shape = [.. input.Shape.Select(
            (length, axis) => axis == 0 ? Batch : length < 0 || (streams && axis == 1) ? frames : length)];
        return input.IsWhole ? full(shape, frames, int64) : (Uniform(shape) - 0.5) * 4;
    }

    private static Tensor Stream(InferenceSession session, Tensor sequence, int chunk)
    {
        var cache = Cache(session, sequence.size(0));
        var pieces = new List<Tensor>();
        for (var start = 0; start < sequence.size(1); start += chunk)
        {
            var outputs = Run(session, sequence.narrow(1, start, chunk), cache);
            pieces.Add(outputs[0]);
            cache = outputs[1];
        }

        return cat(pieces, 1);
    }

    /// <summary>The cache of streams that have not begun.</summary>
    private static Tensor Cache(InferenceSession session, long streams) =>
        zeros([streams, .. session.InputMetadata["cache"].Dimensions[1..].Select(length => (long)length)]);
}
