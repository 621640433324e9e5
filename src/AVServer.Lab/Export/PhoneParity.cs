using AVServer.Networks;
using AVServer.Runtime;
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
        const int chunk = PhoneStreaming.ChunkFrames;
        var cepstra = Input(zeros(config.Ceps), ones(config.Ceps) / 10, Batch, Chunks * chunk);

        var cache = Cache(session, Batch);
        var pieces = new List<Tensor>();
        for (var i = 0; i < Chunks; i++)
        {
            var outputs = Run(session, cepstra.narrow(1, i * chunk, chunk), cache);
            pieces.Add(outputs[0]);
            cache = outputs[1];
        }
        // The first output of the definition lies at the first frame with a whole context, which no multiple of three need be.
        var first = (config.ContextFrames + config.Subsampling - 1) / config.Subsampling;
        var shifted = model.forward(
            cepstra.narrow(
                1, (first * config.Subsampling) - config.ContextFrames,
                (Chunks * chunk) - ((first * config.Subsampling) - config.ContextFrames)));
        var expected = shifted.transpose(1, 2);
        var got = cat([.. pieces], 1).narrow(1, first + PhoneStreaming.DelayOutputs(config), expected.size(1));
        return ((expected - got) / expected.abs().clamp_min(1)).abs().max().item<float>();
    }
}
