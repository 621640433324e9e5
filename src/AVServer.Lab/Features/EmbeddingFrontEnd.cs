using AVServer.Runtime;

namespace AVServer.Lab.Features;

/// <summary>Google speech embeddings of whole recordings: the vectors that the server gets step by step.</summary>
public sealed class EmbeddingFrontEnd : IDisposable
{
    /// <summary>Values of a vector.</summary>
    public const int Dim = SpeechEmbedding.Dim;

    /// <summary>Samples from one vector to the next.</summary>
    public const int StepSamples = SpeechEmbedding.StepSamples;

    /// <summary>Vectors before a recording's first sample, of digital silence: what a window at its beginning reaches back to.</summary>
    public const int LeadSteps = 15;

    // 40 s at once: the network's activations of an hour would take more memory than most machines have.
    private const int PieceSteps = 500;
    private const int SilentSamples = SpeechEmbedding.ContextSamples + (LeadSteps * StepSamples);
    private readonly SpeechEmbedding _embedding;

    /// <param name="models">Folder of the finished models.</param>
    public EmbeddingFrontEnd(string models) => _embedding = SpeechEmbedding.Load(ModelStore.Open(models).Get("speech-embedding"));

    /// <summary>The sample behind the last one that vector <paramref name="index"/> has seen.</summary>
    public static int EndSample(int index) => (index - LeadSteps + 1) * StepSamples;

    /// <summary>All vectors of a recording, one after the other, <see cref="LeadSteps"/> of silence first.</summary>
    /// <param name="samples">16 kHz in [-1, 1).</param>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        var steps = samples.Length / StepSamples;
        var padded = new float[SilentSamples + (steps * StepSamples)];
        samples[..(steps * StepSamples)].CopyTo(padded.AsSpan(SilentSamples));
        var vectors = new float[(LeadSteps + steps) * Dim];
        var state = _embedding.CreateState();
        for (var first = 0; first < LeadSteps + steps; first += PieceSteps)
        {
            var count = Math.Min(PieceSteps, LeadSteps + steps - first);
            var piece = padded.AsSpan(first * StepSamples, SpeechEmbedding.ContextSamples + (count * StepSamples));
            _embedding.Embed(state, piece, vectors.AsSpan(first * Dim, count * Dim));
        }
        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => _embedding.Dispose();
}
