using AVServer.Networks;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Runs a graph in ONNX Runtime beside its definition in libtorch, on the same made-up input.</summary>
public static class ParityCheck
{
    /// <summary>Largest difference of two outputs with which a graph may be written.</summary>
    public const float Limit = 1e-4f;

    internal const int Batch = 3;
    internal const int Chunks = 40;
    internal const int Positions = 75;

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

    /// <exception cref="ParityException">The difference is above <see cref="Limit"/>, or not a number.</exception>
    public static void Require(float difference)
    {
        if (!(difference <= Limit)) throw new ParityException(difference);
    }

    /// <summary>
    /// Random values with the mean and deviation that the model was trained on; the seed is fixed, the global one left as it was found.
    /// </summary>
    internal static Tensor Input(Tensor mean, Tensor istd, int batch, int steps)
    {
        var random = new Random(20);
        var values = new float[batch * steps * (int)mean.numel()];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
        return (tensor(values, [batch, steps, mean.numel()]) / istd) + mean;
    }

    internal static Tensor[] Run(InferenceSession session, params Tensor[] inputs)
    {
        var values = inputs.Select(input => input.dtype == ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(input.data<long>().ToArray(), input.shape)
            : OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape)).ToList();
        using var options = new RunOptions();
        using var results = session.Run(options, [.. session.InputNames], values, [.. session.OutputNames]);
        values.ForEach(value => value.Dispose());
        return [.. results.Select(result => tensor(result.GetTensorDataAsSpan<float>().ToArray(), result.GetTensorTypeAndShape().Shape))];
    }

    internal static float Difference(Tensor expected, Tensor got) => (expected - got).abs().max().item<float>();

    /// <summary>The larger; one that isn't a number stays.</summary>
    internal static float Worse(float one, float other) => one > other || float.IsNaN(one) ? one : other;

    /// <summary>The largest difference of values without bounds; of those beyond ±1, in proportion.</summary>
    internal static float Relative(Tensor expected, Tensor got) =>
        ((expected - got).abs() / expected.abs().clamp_min(1)).max().item<float>();

    /// <summary>Random values in [0, 1); the seed is fixed, the global one left as it was found.</summary>
    internal static Tensor Uniform(params ReadOnlySpan<long> shape)
    {
        var random = new Random(20);
        var count = 1L;
        foreach (var length in shape) count *= length;
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextSingle();
        return tensor(values, shape);
    }

    internal static Tensor Input(NetworkInput input, bool streams, int frames)
    {
        long[] shape = [.. input.Shape.Select(
            (length, axis) => axis == 0 ? Batch : length < 0 || (streams && axis == 1) ? frames : length)];
        return input.IsWhole ? full(shape, frames, int64) : (Uniform(shape) - 0.5) * 4;
    }

    internal static Tensor Stream(InferenceSession session, Tensor sequence, int chunk)
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
    internal static Tensor Cache(InferenceSession session, long streams) =>
        zeros([streams, .. session.InputMetadata["cache"].Dimensions[1..].Select(length => (long)length)]);
}
