using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>Reads decoded media, and lets its reader look at something else while none comes. One caller at a time.</summary>
internal sealed class ItemReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<MediaItem> _items;
    private Task<bool>? _next;

    /// <param name="decode">Gives the media until its token is cancelled.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ItemReader(Func<CancellationToken, IAsyncEnumerable<MediaItem>> decode, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _items = decode(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>The item that was read last.</summary>
    public MediaItem Current => _items.Current;

    /// <summary>Waits for the next item or for something else.</summary>
    /// <returns>Whether the item, or the end, is there.</returns>
    public async ValueTask<bool> ComesBeforeAsync(Task other)
    {
        _next ??= _items.MoveNextAsync().AsTask();
        if (!_next.IsCompleted) await Task.WhenAny(_next, other);
        return _next.IsCompleted;
    }

    /// <summary>Reads the next item.</summary>
    /// <returns>False at the end.</returns>
    public ValueTask<bool> MoveNextAsync()
    {
        if (_next is not { } next) return _items.MoveNextAsync();
        _next = null;
        return new ValueTask<bool>(next);
    }

    public async ValueTask DisposeAsync()
    {
        // A read that is under way has to end before its source can be let go.
        if (_next is not null)
        {
            await _stop.CancelAsync();
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _items.DisposeAsync();
        _stop.Dispose();
    }
}
