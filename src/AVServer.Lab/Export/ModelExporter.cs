using AVServer.Lab.Export.Passes;
using AVServer.Networks;
using AVServer.Networks.Emotion;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using static TorchSharp.torch;

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
        if (chunkFrames <= 0 || chunkFrames % model.Config.Stride != 0)
            throw new ArgumentException(
                $"Expected a positive multiple of the stride {model.Config.Stride} as chunk, got {chunkFrames} frames.",
                    nameof(chunkFrames));
        var exported = Export(model, graph => SpotterParity.Measure(model, graph, chunkFrames));
        return exported with { Streaming = exported.Streaming! with { ChunkFrames = chunkFrames } };
    }

    /// <summary>Exports a phone network as a streaming graph of 8-bit products.</summary>
    /// <param name="model">The model; its weights are rounded to what they are in the graph.</param>
    /// <param name="recordings">Cepstra of speech, frames outermost: they say in which ranges values lie.</param>
    /// <exception cref="ParityException">
    /// The graph, with real numbers between its layers, differs from the definition by more than <see cref="ParityCheck.Limit"/>.
    /// </exception>
    public static ExportedModel Export(PhoneNet model, IReadOnlyList<float[]> recordings)
    {
        PhoneQuantisation.Round(model);
        var exported = Export(model, graph => PhoneParity.Measure(model, graph));
        var ranges = PhoneQuantisation.Ranges(exported.Graph, recordings);
        return exported with { Graph = StaticQuantisation.Run(exported.Graph, ranges) };
    }

    /// <summary>Exports the verifier.</summary>
    /// <param name="verifier">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(VerifierEnsemble verifier) => Export(verifier, graph => SpotterParity.Measure(verifier, graph));

    /// <summary>Exports the lip encoder as a graph that takes one picture at a time.</summary>
    /// <param name="encoder">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(LipEncoder encoder) =>
        Export(encoder, graph => AudioVisualParity.Measure(encoder, graph)) with { Streaming = null };

    /// <summary>Exports the audio-visual networks that vote, which take the lip encoder's features.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(FlcmaEnsemble model) => Export(model, graph => AudioVisualParity.Measure(model, graph));

    /// <summary>Exports a network for emotion from sound, words or both.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <param name="maxWords">Rows of its words, where it reads.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(MscnnSpu model, int maxWords = 128)
    {
        model.MaxWords = maxWords;
        return Export(model, graph => EmotionParity.Measure(model, graph, maxWords));
    }

    /// <summary>Exports the small network for emotion from sound.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(LightSerNet model) => Export(model, graph => EmotionParity.Measure(model, graph));

    /// <summary>Exports the head that judges an encoder's mean against the speaker's own.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(SpeakerHead model) => Export(model, graph => EmotionParity.Measure(model, graph));

    /// <summary>Exports any other network.</summary>
    /// <param name="model">The network, a module of libtorch; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(INetwork model) => Export(model, graph => ParityCheck.Measure(model, graph));

    private static ExportedModel Export(INetwork network, Func<byte[], float> measure)
    {
        var module = (nn.Module)network;
        var training = module.training;
        module.eval();
        try
        {
            var graph = NetworkGraph.Write(network);
            var difference = measure(graph.File);
            ParityCheck.Require(difference);
            var streaming = network.Steps is { } steps
                ? new StreamingSpec(steps.ChunkFrames, steps.Stride, graph.CacheShape, steps.ReceptiveFieldFrames) : null;
            return new ExportedModel(graph.File, difference, graph.Inputs, graph.Outputs, streaming);
        }
        finally
        {
            module.train(training);
        }
    }
}
