using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AVServer.Contracts;

namespace AVServer.Server.Streams;

/// <summary>
/// Chunks between one sender and one pipeline, in order of arrival. When full, they make the sender wait, which reaches its socket; only of
/// a live sender's pictures the oldest is dropped instead, and the gap told.
/// </summary>
/// <param name="maxChunks">Chunks of sound or container that may wait.</param>
/// <param name="maxBytes">Bytes of sound or container that may wait.</param>
/// <param name="maxPictures">Pictures that may wait.</param>
/// <param name="maxPictureBytes">Bytes of pictures that may wait; one picture may always.</param>
/// <param name="isLive">Whether a picture of a media time comes from a live sender, which may lose some; asked of every picture.</param>
/// <param name="onGap">Told of dropped pictures, before the next picture is read.</param>
internal sealed class ChunkQueue(
    int maxChunks, int maxBytes, int maxPictures, int maxPictureBytes, Func<TimeSpan, bool> isLive, Action<GapEvent> onGap)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Ticket, MediaChunk Chunk)> _chunks = new();
    private readonly Queue<(long Ticket, MediaChunk Chunk)> _pictures = new();
    private readonly Channel<bool> _arrived = CreateBell();
    private readonly Channel<bool> _room = CreateBell();
    private long _nextTicket;
    private int _waitingBytes;
    private int _pictureBytes;
    private TimeSpan? _firstDropped;
    private bool _completed;
    private bool _abandoned;

    /// <summary>Adds a chunk, waiting for room unless one may be dropped for it. One writer at a time.</summary>
    /// <returns><see langword="false"/> once the queue takes nothing more.</returns>
    public async ValueTask<bool> WriteAsync(MediaChunk chunk)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_completed) return false;
                if (HasRoom(chunk))
                {
                    Enqueue(chunk);
                    break;
                }
            }
            await _room.Reader.ReadAsync();
        }
        _arrived.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Takes nothing more; what waits is still read.</summary>
    public void Complete()
    {
        lock (_gate) _completed = true;
        _arrived.Writer.TryWrite(true);
        _room.Writer.TryWrite(true);
    }

    /// <summary>Takes nothing more and drops what waits: nobody reads any longer.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _abandoned = true;
            _chunks.Clear();
            _pictures.Clear();
            (_waitingBytes, _pictureBytes) = (0, 0);
        }
        Complete();
    }

    /// <summary>The chunks in order of arrival until <see cref="Complete"/>. One reader.</summary>
    public async IAsyncEnumerable<MediaChunk> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Once for the run: a token that each wait had to watch would cost an allocation a chunk.
        using var stop = cancellationToken.UnsafeRegister(static queue => ((ChunkQueue)queue!).Abandon(), this);
        while (true)
        {
            if (TryTake(out var chunk, out var gap))
            {
                _room.Writer.TryWrite(true);
                if (gap is not null) onGap(gap);
                yield return chunk;
                continue;
            }
            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
                if (_completed && (_abandoned || _chunks.Count + _pictures.Count == 0)) yield break;
            await _arrived.Reader.ReadAsync(CancellationToken.None);
        }
    }

    // A bell that rang twice before anyone came has rung.
    private static Channel<bool> CreateBell() =>
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private bool HasRoom(MediaChunk chunk)
    {
        if (chunk.Kind == MediaKind.Video) return isLive(chunk.Time) | HasRoomFor(chunk.Payload.Length);
        return _chunks.Count == 0 || (_chunks.Count < maxChunks && _waitingBytes + chunk.Payload.Length <= maxBytes);
    }

    private bool HasRoomFor(int pictureBytes) =>
        _pictures.Count == 0 || (_pictures.Count < maxPictures && _pictureBytes + pictureBytes <= maxPictureBytes);

    private void Enqueue(MediaChunk chunk)
    {
        if (chunk.Kind != MediaKind.Video)
        {
            _waitingBytes += chunk.Payload.Length;
            _chunks.Enqueue((_nextTicket++, chunk));
            return;
        }
        while (!HasRoomFor(chunk.Payload.Length))
        {
            var dropped = TakePicture();
            _firstDropped ??= dropped.Time;
        }
        _pictureBytes += chunk.Payload.Length;
        _pictures.Enqueue((_nextTicket++, chunk));
    }

    private MediaChunk TakePicture()
    {
        var picture = _pictures.Dequeue().Chunk;
        _pictureBytes -= picture.Payload.Length;
        return picture;
    }

    private bool TryTake(out MediaChunk chunk, out GapEvent? gap)
    {
        gap = null;
        lock (_gate)
        {
            var picturesFirst = _pictures.Count > 0 && (_chunks.Count == 0 || _pictures.Peek().Ticket < _chunks.Peek().Ticket);
            if (!picturesFirst)
            {
                var taken = _chunks.TryDequeue(out var entry);
                chunk = entry.Chunk;
                if (taken) _waitingBytes -= chunk.Payload.Length;
                return taken;
            }
            chunk = TakePicture();
            if (_firstDropped is { } start)
            {
                gap = new GapEvent(MediaKind.Video, GapReason.DroppedWhenBusy, start, chunk.Time - start);
                _firstDropped = null;
            }
            return true;
        }
    }
}
