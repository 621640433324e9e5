using AVServer.Networks;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using static AVServer.Lab.Export.ParityCheck;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Parity of the phone network; see <see cref="ParityCheck"/>.</summary>
public static class PhoneParity
{
    /// <summary>The largest difference over a sequence in chunks, in proportion beyond ±1: scores have no bounds.</summary>
    public static float Measure(PhoneNet model, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var config = model.Config;
        var cepstra = Input(zeros(config.Ceps), ones(config.Ceps) / 10, Batch, Chunks * PhoneStreaming.ChunkFrames);
        var (expected, got) = Scores(model, session, cepstra);
        return Relative(expected, got);
    }

    /// <summary>
    /// Scores of the definition and those that the graph gives chunk by chunk for the same outputs, [B, outputs, states].
    /// </summary>
    /// <param name="model">The definition.</param>
    /// <param name="session">The streaming graph.</param>
    /// <param name="cepstra">[B, frames, ceps], whole chunks.</param>
    internal static (Tensor Expected, Tensor Got) Scores(PhoneNet model, InferenceSession session, Tensor cepstra)
    {
        using var mode = no_grad();
        var config = model.Config;
        // The first output of the definition lies at the first frame with a whole context, which no multiple of three need be.
        var first = (config.ContextFrames + config.Subsampling - 1) / config.Subsampling;
        var skipped = (first * config.Subsampling) - config.ContextFrames;
        var expected = model.forward(cepstra.narrow(1, skipped, cepstra.size(1) - skipped)).transpose(1, 2);
        var got = Stream(session, cepstra, PhoneStreaming.ChunkFrames);
        return (expected, got.narrow(1, first + PhoneStreaming.DelayOutputs(config), expected.size(1)));
    }
}
