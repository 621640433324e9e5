using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>The last speech embeddings of one stream: computed only when a candidate asks for them, then carried on step by step.</summary>
internal sealed class EmbeddingWindow
{
    private readonly SpeechEmbedding _embedding;
    private readonly int _steps;
    private readonly EmbeddingState _state;
    private readonly float[] _vectors;
    private readonly float[] _samples = new float[SpeechEmbedding.ContextSamples];
    private long _next = long.MinValue;

    /// <param name="embedding">The shared model.</param>
    /// <param name="steps">Vectors in a window.</param>
    public EmbeddingWindow(SpeechEmbedding embedding, int steps)
    {
        (_embedding, _steps, _state) = (embedding, steps, embedding.CreateState());
        _vectors = new float[steps * SpeechEmbedding.Dim];
    }

    /// <summary>Samples before a step's end that <see cref="At"/> reads.</summary>
    public int HistorySamples => SpeechEmbedding.ContextSamples + (_steps * SpeechEmbedding.StepSamples);

    /// <summary>Forgets the sound: steps count from 0 again.</summary>
    public void Restart() => _next = long.MinValue;

    /// <summary>The window that ends with <paramref name="step"/>: [steps, 96], oldest first; valid until the next call.</summary>
    public ReadOnlySpan<float> At(long step, SampleRing history)
    {
        var first = Math.Max(_next, step - _steps + 1);
        if (first != _next)
        {
            var context = _samples.AsSpan(0, SpeechEmbedding.ContextSamples);
            history.Read((first * SpeechEmbedding.StepSamples) - context.Length, context);
            _embedding.Prime(_state, context);
        }
        for (_next = first; _next <= step; _next++)
        {
            _vectors.AsSpan(SpeechEmbedding.Dim).CopyTo(_vectors);
            history.Read(_next * SpeechEmbedding.StepSamples, _samples.AsSpan(0, SpeechEmbedding.StepSamples));
            _embedding.Step(_state, _samples.AsSpan(0, SpeechEmbedding.StepSamples), _vectors.AsSpan(_vectors.Length - SpeechEmbedding.Dim));
        }
        return _vectors;
    }
}
