using AVServer.Models;
using AVServer.Models.Emotion;
using AVServer.Models.Flcma;
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
            var built = NetworkGraph.Write(model).File;
            return (built, ParityCheck.Measure(model, built, chunkFrames));
        });
        return new ExportedModel(
            graph,
            difference,
            [new("features", [-1, -1, config.Mels]), new("cache", [-1, config.CacheRows, config.Width])],
            [new("posteriors", [-1, -1, config.Keywords]), new("nextCache", [-1, config.CacheRows, config.Width])],
            new StreamingSpec(chunkFrames, config.Stride, [config.CacheRows, config.Width], config.ReceptiveFieldFrames));
    }

    /// <summary>Exports a phone network as a streaming graph.</summary>
    /// <param name="model">The model; its weights are rounded to half precision, in which they are stored.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(PhoneNet model)
    {
        var config = model.Config;
        using (TorchSharp.torch.no_grad())
            foreach (var weight in model.parameters().Where(weight => weight.dim() == 3)) weight.copy_(weight.to(TorchSharp.torch.float16).to(TorchSharp.torch.float32));
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = PhoneGraph.Build(model);
            return (built, ParityCheck.Measure(model, built));
        });
        int[] cache = [PhoneStreaming.CacheRows(config), config.Width + config.Rank];
        return new ExportedModel(
            graph,
            difference,
            [new("features", [-1, PhoneStreaming.ChunkFrames, config.Ceps]), new("cache", [-1, .. cache])],
            [new("scores", [-1, PhoneStreaming.ChunkFrames / config.Subsampling, config.States]), new("nextCache", [-1, .. cache])],
            new StreamingSpec(PhoneStreaming.ChunkFrames, config.Subsampling, cache, (2 * config.ContextFrames) + 1));
    }

    /// <summary>Exports the verifier.</summary>
    /// <param name="verifier">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(VerifierEnsemble verifier)
    {
        var (graph, difference) = Evaluated(verifier, () =>
        {
            var built = VerifierGraph.Build(verifier);
            return (built, ParityCheck.Measure(verifier, built));
        });
        return new ExportedModel(
            graph,
            difference,
            [new("embeddings", [-1, verifier.Config.WindowSteps, verifier.Config.Dim])],
            [new("posterior", [-1, 1]), new("secondsSinceStart", [-1, 1]), new("secondsSinceEnd", [-1, 1])],
            Streaming: null);
    }

    /// <summary>Exports the lip encoder as a graph that takes one picture at a time.</summary>
    /// <param name="encoder">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(LipEncoder encoder)
    {
        var (graph, difference) = Evaluated(encoder, () =>
        {
            var built = LipGraph.Build(encoder);
            return (built, ParityCheck.Measure(encoder, built));
        });
        var (size, channels) = (encoder.Config.RoiSize, encoder.Config.RoiChannels);
        return new ExportedModel(
            graph,
            difference,
            [new("frame", [-1, channels, 1, size, size]), new("cache", [-1, channels, 2 * LipEncoder.Context, size, size])],
            [new("features", [-1, 1, encoder.Config.LipFeatures]), new("nextCache", [-1, channels, 2 * LipEncoder.Context, size, size])],
            Streaming: null);
    }

    /// <summary>Exports the audio-visual networks that vote, which take the lip encoder's features.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(FlcmaEnsemble model)
    {
        var config = model.Config;
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = FlcmaGraph.Build(model);
            return (built, ParityCheck.Measure(model, built));
        });
        return new ExportedModel(
            graph,
            difference,
            [new("fbank", [-1, config.AudioFrames, config.Mels]), new("lips", [-1, config.VideoFrames, config.LipValues]), new("presence", [-1, 2])],
            [new("posterior", [-1, 1])],
            Streaming: null);
    }

    /// <summary>Exports a network for emotion from sound, words or both.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <param name="maxWords">Rows of its words, where it reads.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(MscnnSpu model, int maxWords = 128)
    {
        var config = model.Config;
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = MscnnGraph.Build(model, maxWords);
            return (built, ParityCheck.Measure(model, built, maxWords));
        });
        TensorSpec[] audio = config.Audio ? [new("features", [-1, -1, config.Features]), new("frames", [-1])] : [];
        TensorSpec[] voice = config.Descriptors > 0 ? [new("descriptors", [-1, config.Descriptors])] : [];
        TensorSpec[] text = config.Text ? [new("words", [-1, maxWords, config.WordInputs]), new("wordCount", [-1])] : [];
        TensorSpec[] speaker = config.SpeakerDim > 0 ? [new("speaker", [-1, config.SpeakerDim])] : [];
        return new ExportedModel(graph, difference, [.. audio, .. voice, .. text, .. speaker], [new("logits", [-1, config.Labels])], Streaming: null);
    }

    /// <summary>Exports the small network for emotion from sound.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(LightSerNet model)
    {
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = LightSerNetGraph.Build(model);
            return (built, ParityCheck.Measure(model, built));
        });
        return new ExportedModel(graph, difference, [new("features", [-1, -1, model.Config.Ceps]), new("frames", [-1])], [new("logits", [-1, model.Config.Labels])], Streaming: null);
    }

    /// <summary>Exports the head that judges an encoder's mean against the speaker's own.</summary>
    /// <param name="model">The model; left in the mode it was in.</param>
    /// <exception cref="ParityException">The graph differs from the definition by more than <see cref="ParityCheck.Limit"/>.</exception>
    public static ExportedModel Export(SpeakerHead model)
    {
        var config = model.Config;
        var (graph, difference) = Evaluated(model, () =>
        {
            var built = SpeakerHeadGraph.Build(model);
            return (built, ParityCheck.Measure(model, built));
        });
        TensorSpec[] text = config.Reads ? [new("words", [-1, config.MaxWords, config.Labels]), new("wordCount", [-1])] : [];
        return new ExportedModel(
            graph,
            difference,
            [new("descriptors", [-1, config.Values]), new("speaker", [-1, (2 * config.Values) + 1]), .. text],
            [new("logits", [-1, config.Labels])],
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
