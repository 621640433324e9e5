using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>The last speech embeddings of one stream: computed only when a candidate asks for them, then carried on step by step.</summary>
internal sealed class EmbeddingWindow
{
    /// <summary>From this many missing vectors on, the stretch in one run is cheaper than its steps one by one.</summary>
    private const int StretchSteps = 3;

    private readonly SpeechEmbedding _embedding;
    private readonly int _steps;
    private readonly EmbeddingState _state;
    private readonly float[] _vectors;
    private readonly float[] _samples;
    private long _next = long.MinValue;

    /// <param name="embedding">The shared model.</param>
    /// <param name="steps">Vectors in a window.</param>
    public EmbeddingWindow(SpeechEmbedding embedding, int steps)
    {
        (_embedding, _steps, _state) = (embedding, steps, embedding.CreateState());
        _vectors = new float[steps * SpeechEmbedding.Dim];
        _samples = new float[SpeechEmbedding.ContextSamples + (steps * SpeechEmbedding.StepSamples)];
    }

    /// <summary>Samples before a step's end that <see cref="At"/> reads.</summary>
    public int HistorySamples => SpeechEmbedding.ContextSamples + (_steps * SpeechEmbedding.StepSamples);

    /// <summary>Forgets the sound: steps count from 0 again.</summary>
    public void Restart() => _next = long.MinValue;

    /// <summary>The window that ends with <paramref name="step"/>: [steps, 96], oldest first; valid until the next call.</summary>
    public ReadOnlySpan<float> At(long step, SampleRing history)
    {
        var missing = _next == long.MinValue ? long.MaxValue : step + 1 - _next;
        if (missing >= StretchSteps || missing > _steps) Embed(step, (int)Math.Min(missing, _steps), history);
        for (; _next <= step; _next++)
        {
            var samples = _samples.AsSpan(0, SpeechEmbedding.StepSamples);
            _vectors.AsSpan(SpeechEmbedding.Dim).CopyTo(_vectors);
            history.Read(_next * SpeechEmbedding.StepSamples, samples);
            _embedding.Step(_state, samples, _vectors.AsSpan(_vectors.Length - SpeechEmbedding.Dim));
        }
        return _vectors;
    }

    private void Embed(long step, int missing, SampleRing history)
    {
        var samples = _samples.AsSpan(0, SpeechEmbedding.ContextSamples + (missing * SpeechEmbedding.StepSamples));
        history.Read(((step + 1) * SpeechEmbedding.StepSamples) - samples.Length, samples);
        var known = _vectors.Length - (missing * SpeechEmbedding.Dim);
        _vectors.AsSpan(_vectors.Length - known).CopyTo(_vectors);
        _embedding.Embed(_state, samples, _vectors.AsSpan(known));
        _next = step + 1;
    }
}
