namespace AVServer.Runtime;

/// <summary>
/// What a <see cref="SpeechEmbedding"/> remembers of one stream: the last samples and mel frames. Owned by the stream; not thread-safe.
/// </summary>
public sealed class EmbeddingState
{
    private const int Length = SpeechEmbedding.FramesPerVector * SpeechEmbedding.MelsPerFrame;
    private const int StepLength = SpeechEmbedding.FramesPerStep * SpeechEmbedding.MelsPerFrame;

    private readonly float[] _frames = new float[Length];
    private readonly float[] _tail = new float[SpeechEmbedding.OverlapSamples];

    internal EmbeddingState()
    {
    }

    internal EmbeddingState(EmbeddingState origin)
    {
        origin._frames.CopyTo(_frames, 0);
        origin._tail.CopyTo(_tail, 0);
    }

    internal Span<float> Tail => _tail;

    internal void AddFrames(ReadOnlySpan<float> mels)
    {
        _frames.AsSpan(StepLength).CopyTo(_frames);
        var added = _frames.AsSpan(Length - StepLength);
        // The embedding was trained on a front end of another scale; this maps one to the other.
        for (var i = 0; i < StepLength; i++) added[i] = (mels[i] / 10) + 2;
    }

    internal void CopyNewest(Span<float> step) => _frames.AsSpan(Length - StepLength).CopyTo(step);

    internal void CopyFrames(Span<float> window) => _frames.CopyTo(window);
}
