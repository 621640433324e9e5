using AVServer.Models;
using AVServer.Runtime;

namespace AVServer.Lab.Export;

/// <summary>Definition with weights → ONNX, handed out only when both agree.</summary>
public static class ModelExporter
{
    /// <summary>Exports the first stage as a streaming graph.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <param name="chunkFrames">Fbank frames that the server feeds at a time, a multiple of the stride.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(Mdtc model, int chunkFrames = 8)
    {
        var config = model.Config;
        if (chunkFrames <= 0 || chunkFrames % config.Stride != 0)
            throw new ArgumentException($"Expected a positive multiple of the stride {config.Stride} as chunk, got {chunkFrames} frames.", nameof(chunkFrames));
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = MdtcGraph.Build(model);
            return (built, ParityCheck.Measure(model, built, chunkFrames));
        });
        return new ExportedModel(
            graph,
            difference,
            [new("features", [-1, -1, config.Mels]), new("cache", [-1, config.CacheRows, config.Width])],
            [new("posteriors", [-1, -1, config.Keywords]), new("nextCache", [-1, config.CacheRows, config.Width])],
            new StreamingSpec(chunkFrames, config.Stride, [config.CacheRows, config.Width], config.ReceptiveFieldFrames));
    }

    /// <summary>Exports the verifier's head.</summary>
    /// <param name="head">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(VerifierHead head)
    {
        var (graph, difference) = Evaluated(head, () =>
        {
            var built = VerifierGraph.Build(head);
            return (built, ParityCheck.Measure(head, built));
        });
        return new ExportedModel(
            graph,
            difference,
            [new("embeddings", [-1, head.Config.WindowSteps, head.Config.Dim])],
            [new("posterior", [-1, 1]), new("secondsSinceStart", [-1, 1]), new("secondsSinceEnd", [-1, 1])],
            Streaming: null);
    }

    private static (byte[] Graph, float Difference) Evaluated(TorchSharp.torch.nn.Module model, Func<(byte[] Graph, float Difference)> export)
    {
        var training = model.training;
        model.eval();
        try
        {
            var exported = export();
            ParityCheck.Require(exported.Difference);
            return exported;
        }
        finally
        {
            model.train(training);
        }
    }
}
