using AVServer.Networks;
using AVServer.Runtime;
using static AVServer.Lab.Export.ParityCheck;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Parity of the spotter and of the verifier; see <see cref="ParityCheck"/>.</summary>
public static class SpotterParity
{
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
}
