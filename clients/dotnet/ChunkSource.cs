using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>A sender's chunks over as many parts of a stream as it takes: what a part didn't take, the next one gets.</summary>
internal sealed class ChunkSource : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<MediaChunk> _chunks;
    private Task<bool>? _next;
    private TimeSpan? _origin;

    /// <param name="chunks">The chunks.</param>
    /// <param name="cancellationToken">Ends them.</param>
    public ChunkSource(IAsyncEnumerable<MediaChunk> chunks, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _chunks = chunks.GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>Whether the part that runs has taken a chunk.</summary>
    public bool HasBegun => _origin is not null;

    /// <summary>Begins the next part, whose media time begins at 0 again; the first one has that of its chunks.</summary>
    public void BeginPart(bool isFirst) => _origin = isFirst ? TimeSpan.Zero : null;

    /// <summary>The chunk that comes next, again and again until <see cref="Taken"/>; null at the end.</summary>
    /// <param name="cancellationToken">Ends the wait and nothing else.</param>
    public async Task<MediaChunk?> PeekAsync(CancellationToken cancellationToken)
    {
        _next ??= _chunks.MoveNextAsync().AsTask();
        if (!await _next.WaitAsync(cancellationToken)) return null;
        var chunk = _chunks.Current;
        _origin ??= chunk.Time;
        return chunk.Time >= _origin.Value ? chunk with { Time = chunk.Time - _origin.Value } : chunk with { Time = TimeSpan.Zero };
    }

    /// <summary>The chunk went to the server.</summary>
    public void Taken() => _next = null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_next is not null) await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _chunks.DisposeAsync();
        _stop.Dispose();
    }
}
