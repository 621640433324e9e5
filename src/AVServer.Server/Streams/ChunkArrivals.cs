using System.Collections.Concurrent;

namespace AVServer.Server.Streams;

/// <summary>
/// When the chunks of raw sound came that one stream's pipeline was given, so that an event's way is known from its beginning.
/// </summary>
/// <remarks>For one sender and one pipeline at once.</remarks>
/// <param name="time">Clock of the wall.</param>
internal sealed class ChunkArrivals(TimeProvider time)
{
    private readonly ConcurrentQueue<DateTimeOffset> _waiting = new();

    /// <summary>When the chunk came that the pipeline was given last; null before the first. Asked by the pipeline's side alone.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>A chunk came, before it waits for room.</summary>
    public void Arrived() => _waiting.Enqueue(time.GetUtcNow());

    /// <summary>The pipeline is given the oldest chunk that waits.</summary>
    public void Taken()
    {
        if (_waiting.TryDequeue(out var arrived)) Last = arrived;
    }
}
