namespace AVServer.Runtime;

/// <summary>What a streaming model remembers of one stream. Owned by the stream; at most one step of it runs at a time.</summary>
public sealed class StreamState
{
    internal StreamState(StreamingModel model, bool paced)
    {
        Model = model;
        Cache = new float[model.CacheLength];
        Step = new PendingStep(this, paced);
    }

    /// <summary>The model that the state belongs to.</summary>
    public StreamingModel Model { get; }

    /// <summary>Whether a step is waiting or running.</summary>
    public bool IsBusy => Step.IsClaimed;

    internal float[] Cache { get; }

    internal PendingStep Step { get; }

    /// <summary>Forgets the stream, as if no frame had been seen.</summary>
    /// <exception cref="InvalidOperationException">A step is waiting or running.</exception>
    public void Reset()
    {
        Step.Claim();
        Array.Clear(Cache);
        Step.Release();
    }

    /// <summary>
    /// Begins the stream as if <paramref name="chunk"/>, a single video frame's, had been seen for as long as the cache reaches back.
    /// </summary>
    /// <param name="chunk">A lip encoder's input, <see cref="StreamingModel.InputLength"/> values.</param>
    /// <exception cref="InvalidOperationException">A step is waiting or running.</exception>
    /// <exception cref="ArgumentException">The length is wrong, or the cache isn't made of chunks.</exception>
    public void BeginWith(ReadOnlySpan<float> chunk)
    {
        if (chunk.Length != Model.InputLength || Model.InputShape is not [var channels, 1, ..])
            throw new ArgumentException(
                $"Expected one video frame's {Model.InputLength} values for a lip encoder, got {chunk.Length}.", nameof(chunk));
        Step.Claim();
        var pixels = chunk.Length / channels;
        for (var i = 0; i * pixels < Cache.Length; i++)   // [C, 4, S, S]: each channel's frames follow each other
            chunk.Slice(i / AudioVisualFiles.LipCacheFrames * pixels, pixels).CopyTo(Cache.AsSpan(i * pixels));
        Step.Release();
    }
}
