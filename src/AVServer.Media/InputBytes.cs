using System.Runtime.CompilerServices;

namespace AVServer.Media;

/// <summary>
/// The bytes of one input in order, which can be looked at before they are taken, and of which the beginning can be had again.
/// </summary>
/// <remarks>One reader at a time. A reader that gives up its wait loses nothing: what comes is the next reader's.</remarks>
internal sealed class InputBytes : IAsyncDisposable
{
    /// <summary>How much of the beginning is kept for a second try.</summary>
    private const int MaxKeptBytes = 8 << 20;

    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _source;
    private readonly Stack<ReadOnlyMemory<byte>> _unread = [];
    private List<ReadOnlyMemory<byte>>? _kept;
    private long _keptBytes;
    private Task<bool>? _next;

    /// <param name="source">Gives the bytes until its token is cancelled.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public InputBytes(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> source, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _source = source(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>The bytes of a file.</summary>
    public static InputBytes OfFile(string path, CancellationToken cancellationToken) =>
        new(token => ReadFileAsync(path, token), cancellationToken);

    /// <summary>The next bytes, never none.</summary>
    /// <returns>Null at the end.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_unread.TryPop(out var bytes))
            {
                _next ??= _source.MoveNextAsync().AsTask();
                if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false)) return null;
                _next = null;
                bytes = _source.Current;
            }

            if (bytes.IsEmpty) continue;
            Keep(bytes);
            return bytes;
        }
    }

    /// <summary>Puts bytes back, to be read next.</summary>
    public void Unread(ReadOnlyMemory<byte> bytes)
    {
        if (_kept is { Count: > 0 } kept)
        {
            // What is put back is the end of what was read last.
            kept[^1] = kept[^1][..^bytes.Length];
            _keptBytes -= bytes.Length;
        }

        _unread.Push(bytes);
    }

    /// <summary>Looks at the beginning, which stays to be read.</summary>
    /// <param name="isEnough">Whether these bytes tell what is to be known.</param>
    /// <param name="maxBytes">Most that is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>At most a little more than was wanted; all that there is where it is less.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(
        Func<ReadOnlyMemory<byte>, bool> isEnough, int maxBytes, CancellationToken cancellationToken)
    {
        var head = ReadOnlyMemory<byte>.Empty;
        while (head.Length < maxBytes && (head.IsEmpty || !isEnough(head)))
        {
            if (await ReadAsync(cancellationToken).ConfigureAwait(false) is not { } more) break;
            head = head.IsEmpty ? more : (byte[])[.. head.Span, .. more.Span];
        }

        _unread.Push(head);
        return head;
    }

    /// <summary>Puts other bytes in the place of those that were just looked at.</summary>
    public void ReplaceHead(ReadOnlyMemory<byte> head)
    {
        _unread.Pop();
        _unread.Push(head);
    }

    /// <summary>Begins to keep what is read, for <see cref="TryRewind"/>.</summary>
    public void Mark() => (_kept, _keptBytes) = ([], 0);

    /// <summary>Stops keeping.</summary>
    public void Forget() => _kept = null;

    /// <summary>Goes back to <see cref="Mark"/>.</summary>
    /// <returns>False where more was read than is kept.</returns>
    public bool TryRewind()
    {
        if (_kept is not { } kept) return false;
        for (int i = kept.Count - 1; i >= 0; i--) _unread.Push(kept[i]);
        _kept = null;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        // A read that is under way has to end before its source can be let go.
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_next is not null) await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Keep(ReadOnlyMemory<byte> bytes)
    {
        if (_kept is null) return;
        _keptBytes += bytes.Length;
        if (_keptBytes > MaxKeptBytes) _kept = null;
        else _kept.Add(bytes);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFileAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        while (true)
        {
            var bytes = new byte[64 << 10];
            int read = await file.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (read == 0) yield break;
            yield return bytes.AsMemory(0, read);
        }
    }
}
