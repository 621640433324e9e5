using AVServer.Lab.Features;
using AVServer.Networks;
using AVServer.Signal;
using static TorchSharp.torch;

namespace AVServer.Lab.Scoring;

/// <summary>The first stage's posteriors along a recording, from zero caches on.</summary>
/// <param name="model">In evaluation mode.</param>
public sealed class SpotterScorer(Mdtc model)
{
    private const int PieceFrames = 4000;
    private readonly FbankComputer _computer = new(new FbankOptions());

    /// <summary>The highest posterior in each step of 80 ms; step s has seen the samples before 1280·s + 1520.</summary>
    /// <param name="samples">16 kHz in [-1, 1).</param>
    public float[] Score(ReadOnlySpan<float> samples)
    {
        const int mels = ExamplePool.Mels, framesPerStep = 8;
        var fbank = Fbank.Compute(samples, _computer);
        var steps = fbank.Length / mels / framesPerStep;
        var scores = new float[steps];
        using var mode = no_grad();
        using var outer = NewDisposeScope();
        var cache = model.zero_cache(1);
        var perStep = framesPerStep / model.Config.Stride;
        for (var first = 0; first < steps; first += PieceFrames / framesPerStep)
        {
            var count = Math.Min(PieceFrames / framesPerStep, steps - first);
            var piece = fbank.AsSpan(first * framesPerStep * mels, count * framesPerStep * mels).ToArray();
            var (posteriors, next) = model.forward(tensor(piece, [1, count * framesPerStep, mels]), cache);
            cache = next;
            var values = posteriors.contiguous().data<float>().ToArray();
            for (var i = 0; i < values.Length; i++)
                scores[first + (i / perStep)] = Math.Max(scores[first + (i / perStep)], values[i]);
        }
        return scores;
    }
}
