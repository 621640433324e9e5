using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>A sender's chunks over as many parts of a stream as it takes: what a part didn't hear, the next one gets.</summary>
internal sealed class ChunkSource : IAsyncDisposable
{
    // Far more than a server lets wait; what is on its way beyond is lost with the part.
    private const int MostSent = 256;

    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<MediaChunk> _chunks;
    private readonly Queue<MediaChunk> _sent = new();
    private readonly Queue<MediaChunk> _again = new();
    private Task<bool>? _next;
    private TimeSpan? _origin = TimeSpan.Zero;   // the first part has the time of its chunks

    /// <param name="chunks">The chunks.</param>
    /// <param name="cancellationToken">Ends them.</param>
    public ChunkSource(IAsyncEnumerable<MediaChunk> chunks, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _chunks = chunks.GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>Whether nothing went out yet.</summary>
    public bool IsUntouched => _sent.Count == 0 && _again.Count == 0;

    /// <summary>Begins the next part, whose media time begins at 0 again.</summary>
    /// <param name="heard">How far the part before was heard, in its own media time.</param>
    /// <returns>Whether that part was heard at all: one that takes nothing would be followed by others without end.</returns>
    public bool BeginPart(TimeSpan heard)
    {
        // What went out last lies before what was still to go out again.
        MediaChunk[] unheard = [.. _sent.Where(chunk => chunk.Time - (_origin ?? TimeSpan.Zero) >= heard), .. _again];
        _again.Clear();
        foreach (var chunk in unheard) _again.Enqueue(chunk);
        _sent.Clear();
        _origin = null;
        return heard > TimeSpan.Zero;
    }

    /// <summary>The chunk that comes next, again and again until <see cref="Taken"/>; null at the end.</summary>
    /// <param name="cancellationToken">Ends the wait and nothing else.</param>
    public async Task<MediaChunk?> PeekAsync(CancellationToken cancellationToken)
    {
        if (!_again.TryPeek(out var chunk))
        {
            _next ??= _chunks.MoveNextAsync().AsTask();
            if (!await _next.WaitAsync(cancellationToken)) return null;
            chunk = _chunks.Current;
        }
        _origin ??= chunk.Time;
        return chunk with { Time = chunk.Time > _origin.Value ? chunk.Time - _origin.Value : TimeSpan.Zero };
    }

    /// <summary>The chunk went on its way.</summary>
    public void Taken()
    {
        if (!_again.TryDequeue(out var taken)) (taken, _next) = (_chunks.Current, null);
        if (_sent.Count == MostSent) _sent.Dequeue();
        _sent.Enqueue(taken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_next is not null) await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _chunks.DisposeAsync();
        _stop.Dispose();
    }
}
