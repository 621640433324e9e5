using AVServer.Lab.Features;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Scoring;

/// <summary>What the second stage would say at each step of a recording.</summary>
/// <param name="model">In evaluation mode.</param>
/// <param name="embedding">Its front end.</param>
public sealed class VerifierScorer(VerifierEnsemble model, EmbeddingFrontEnd embedding)
{
    private const int BatchWindows = 1024;

    /// <summary>Posterior and the two times for each step of 80 ms; step s has seen the samples before 1280·(s + 1).</summary>
    /// <param name="samples">16 kHz in [-1, 1).</param>
    public (float Posterior, float SinceStart, float SinceEnd)[] Score(ReadOnlySpan<float> samples)
    {
        const int dim = EmbeddingFrontEnd.Dim;
        var vectors = embedding.Compute(samples);
        var steps = (vectors.Length / dim) - EmbeddingFrontEnd.LeadSteps;
        var window = model.Config.WindowSteps;
        var results = new (float, float, float)[steps];
        using var mode = no_grad();
        for (var first = 0; first < steps; first += BatchWindows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(BatchWindows, steps - first);
            var values = new float[count * window * dim];
            for (var i = 0; i < count; i++)
                vectors.AsSpan((first + i + EmbeddingFrontEnd.LeadSteps - window + 1) * dim, window * dim)
                    .CopyTo(values.AsSpan(i * window * dim));
            var outputs = model.call(tensor(values, [count, window, dim])).contiguous().data<float>().ToArray();
            for (var i = 0; i < count; i++)
                results[first + i] = (1 / (1 + MathF.Exp(-outputs[i * 3])), outputs[(i * 3) + 1], outputs[(i * 3) + 2]);
        }
        return results;
    }
}
