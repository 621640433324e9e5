using AVServer.Lab.Export.Passes;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using static AVServer.Lab.Export.ParityCheck;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Parity of the lip encoder and of the audio-visual model; see <see cref="ParityCheck"/>.</summary>
public static class AudioVisualParity
{
    private const int Frames = 8;

    /// <summary>
    /// The largest difference over streams of lip pictures, frame by frame with the caches handed on, and over all moments as one batch.
    /// </summary>
    public static float Measure(LipEncoder encoder, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var (size, channels, cached) = (encoder.Config.RoiSize, encoder.Config.RoiChannels, 2 * LipEncoder.Context);
        var pictures = Uniform(Batch, channels, Frames + cached, size, size);
        var expected = encoder.forward(pictures);
        var (cache, difference) = (pictures.narrow(2, 0, cached), 0f);
        for (var moment = 0; moment < Frames; moment++)
        {
            var outputs = Run(session, pictures.narrow(2, moment + cached, 1), cache);
            difference = Worse(difference, Relative(expected.narrow(1, moment, 1), outputs[0]));
            cache = outputs[1];
            difference = Worse(difference, Difference(pictures.narrow(2, moment + 1, cached), cache));
        }
        var moments = pictures.unfold(2, cached + 1, 1).permute(0, 2, 1, 5, 3, 4).flatten(0, 1);           // [B·Frames, C, 5, S, S]
        var together = Run(session, moments.narrow(2, cached, 1), moments.narrow(2, 0, cached))[0];
        return Worse(difference, Relative(expected.flatten(0, 1), together.squeeze(1)));
    }

    /// <summary>
    /// The largest difference over windows with and without each modality, as one batch and alone, of the posteriors and of the logits
    /// behind them.
    /// </summary>
    /// <remarks>The posteriors alone would not do: of a model that is sure of every window, a wrong graph is sure too.</remarks>
    public static float Measure(FlcmaEnsemble model, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(GraphEditor.WithLogits(graph));
        var config = model.Config;
        var presence = tensor([1f, 1f, 1f, 0f, 0f, 1f], [3, 2]).repeat(2, 1);
        var windows = presence.size(0);
        var fbank = (Uniform(windows, config.AudioFrames, config.Mels) * 12) + 6;                          // natural-log energies of speech
        var lips = Uniform(windows, config.VideoFrames, config.LipValues) * 2;
        var logits = model.forward(fbank, lips, presence).unsqueeze(1);
        var difference = OfOutputs(logits, Run(session, fbank, lips, presence));
        for (var i = 0; i < windows; i++)
            difference = Worse(
                difference, OfOutputs(
                    logits.narrow(0, i, 1), Run(session, fbank.narrow(0, i, 1), lips.narrow(0, i, 1), presence.narrow(0, i, 1))));
        return difference;

        static float OfOutputs(Tensor logits, Tensor[] outputs) =>
            Worse(Difference(logits.sigmoid(), outputs[0]), Relative(logits, outputs[1]));
    }
}
