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
}
