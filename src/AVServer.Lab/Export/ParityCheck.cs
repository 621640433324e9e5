using AVServer.Networks;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Runs a graph in ONNX Runtime beside its definition in libtorch, on the same made-up input.</summary>
public static partial class ParityCheck
{
    /// <summary>Largest difference of two outputs with which a graph may be written.</summary>
    public const float Limit = 1e-4f;

    private const int Batch = 3;
    private const int Chunks = 40;

    /// <summary>The largest difference over a whole sequence, and over the same in chunks whose caches go from one to the next.</summary>
    public static float Measure(Mdtc model, byte[] graph, int chunkFrames)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var fbank = Input(model.Cmvn.Mean, model.Cmvn.Istd, Batch, Chunks * chunkFrames);
        var expected = model.forward(fbank);
        var whole = Run(session, fbank, model.zero_cache(Batch));
        var difference = Difference(expected, whole[0]);
        var (steps, cache, expectedCache) = (chunkFrames / model.Config.Stride, model.zero_cache(Batch), model.zero_cache(Batch));
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            var piece = fbank.narrow(1, chunk * chunkFrames, chunkFrames);
            (_, expectedCache) = model.forward(piece, expectedCache);
            var outputs = Run(session, piece, cache);
            difference = Worse(difference, Difference(expected.narrow(1, chunk * steps, steps), outputs[0]));
            difference = Worse(difference, Difference(expectedCache, outputs[1]));
            cache = outputs[1];
        }
        return difference;
    }

    /// <summary>The largest difference over posterior and times of random windows.</summary>
    public static float Measure(VerifierEnsemble verifier, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var embeddings = Input(verifier.Members[0].Cmvn.Mean, verifier.Members[0].Cmvn.Istd, 64, verifier.Config.WindowSteps);
        var expected = verifier.forward(embeddings);
        var outputs = Run(session, embeddings);
        var difference = Difference(expected.narrow(1, 0, 1).sigmoid(), outputs[0]);
        difference = Worse(difference, Difference(expected.narrow(1, 1, 1), outputs[1]));
        return Worse(difference, Difference(expected.narrow(1, 2, 1), outputs[2]));
    }

    /// <exception cref="ParityException">The difference is above <see cref="Limit"/>, or not a number.</exception>
    public static void Require(float difference)
    {
        if (!(difference <= Limit)) throw new ParityException(difference);
    }

    /// <summary>
    /// Random values with the mean and deviation that the model was trained on; the seed is fixed, the global one left as it was found.
    /// </summary>
    private static Tensor Input(Tensor mean, Tensor istd, int batch, int steps)
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

    private static float Difference(Tensor expected, Tensor got) => (expected - got).abs().max().item<float>();

    /// <summary>The larger; one that isn't a number stays.</summary>
    private static float Worse(float one, float other) => one > other || float.IsNaN(one) ? one : other;
}
