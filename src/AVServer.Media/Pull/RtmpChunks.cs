using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>
/// RTMP's messages, taken apart into chunks on the way and put together here (Adobe's RTMP specification 1.0, section 5.3).
/// </summary>
/// <param name="stream">The connection, behind the handshake.</param>
internal sealed class RtmpChunks(Stream stream) : IAsyncDisposable
{
    private const int MaxMessageBytes = 8 << 20;
    private const int MaxChunkStreams = 64;
    private const int OwnChunkBytes = 128;   // what holds until a peer is told otherwise
    private const uint ExtendedTime = 0xFFFFFF;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private readonly Dictionary<int, Partial> _partials = [];
    private int _chunkBytes = OwnChunkBytes;
    private long _window = long.MaxValue;
    private long _acknowledged;

    /// <summary>Bytes that came.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>The next message that is not about the connection itself.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="MediaException">It is none.</exception>
    public async ValueTask<RtmpMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var reader = new SequenceReader<byte>(read.Buffer);
            bool whole = TryReadChunk(ref reader, out var message);
            if (whole) ReceivedBytes += reader.Consumed;
            if (whole) _pipe.AdvanceTo(reader.Position);
            else _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (!whole && read.IsCompleted) return null;
            if (message is null || await TryHandleAsync(message, cancellationToken).ConfigureAwait(false)) continue;
            return message;
        }
    }

    /// <summary>Sends a message.</summary>
    /// <param name="chunkStream">By which: 2 for the connection, 3 for commands, 8 for a stream's.</param>
    /// <param name="type">One of <see cref="RtmpMessageTypes"/>.</param>
    /// <param name="messageStream">What it is about; 0: the connection.</param>
    /// <param name="body">What it holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SendAsync(
        byte chunkStream, byte type, uint messageStream, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var head = bytes.GetSpan(12);
        head[..12].Clear();
        head[0] = chunkStream;
        (head[4], head[5], head[6], head[7]) = ((byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, type);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], messageStream);
        bytes.Advance(12);
        for (int at = 0; at < body.Length; at += OwnChunkBytes)
        {
            if (at > 0) bytes.Write([(byte)(0xC0 | chunkStream)]);
            bytes.Write(body.Span.Slice(at, Math.Min(OwnChunkBytes, body.Length - at)));
        }

        await stream.WriteAsync(bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    // False where not all of the chunk is there.
    private bool TryReadChunk(ref SequenceReader<byte> reader, out RtmpMessage? message)
    {
        message = null;
        if (!reader.TryRead(out byte basic)) return false;
        int format = basic >> 6, id = basic & 0x3F;
        if (id < 2)
        {
            if (!reader.TryRead(out byte low)) return false;
            byte high = 0;
            if (id == 1 && !reader.TryRead(out high)) return false;
            id = 64 + low + (high << 8);
        }

        Span<byte> header = stackalloc byte[11];
        header = header[..(format switch { 0 => 11, 1 => 7, 2 => 3, _ => 0 })];
        if (!reader.TryCopyTo(header)) return false;
        reader.Advance(header.Length);
        var before = _partials.GetValueOrDefault(id);
        if ((before is null && format != 0) || (before is null && _partials.Count == MaxChunkStreams)) throw Other();
        var partial = before is null ? new Partial() : before with { };
        uint field = header.Length == 0 ? partial.Field : (uint)((header[0] << 16) | (header[1] << 8) | header[2]);
        if (header.Length >= 7)
        {
            partial.Length = (header[3] << 16) | (header[4] << 8) | header[5];
            partial.Type = header[6];
        }

        uint time = field;
        if (field == ExtendedTime)
        {
            if (!reader.TryReadBigEndian(out int extended)) return false;
            time = (uint)extended;
        }

        if (partial.Length > MaxMessageBytes) throw Other();
        int have = (int)(partial.Body?.Length ?? 0), wanted = Math.Min(_chunkBytes, partial.Length - have);
        if (reader.Remaining < wanted) return false;
        if (have == 0)
        {
            // A chunk that begins a message without saying anything new goes on by the step of the one before.
            if (format != 3) partial.Step = time;
            partial.Timestamp = format == 0 ? time : partial.Timestamp + partial.Step;
        }

        partial.Field = field;
        var body = partial.Body ?? new MemoryStream(Math.Min(partial.Length, 1 << 16));
        foreach (var segment in reader.UnreadSequence.Slice(0, wanted)) body.Write(segment.Span);
        reader.Advance(wanted);
        partial.Body = body;
        if (body.Length == partial.Length)
        {
            message = new RtmpMessage(partial.Type, partial.Timestamp, body.ToArray());
            partial.Body = null;
        }

        _partials[id] = partial;
        return true;
    }

    // What is about the connection: how large chunks are, that it lives, how much came.
    private async ValueTask<bool> TryHandleAsync(RtmpMessage message, CancellationToken cancellationToken)
    {
        await AcknowledgeAsync(cancellationToken).ConfigureAwait(false);
        var body = message.Body;
        switch (message.Type)
        {
            case RtmpMessageTypes.ChunkSize when body.Length >= 4:
                uint size = BinaryPrimitives.ReadUInt32BigEndian(body.Span);
                _chunkBytes = size is > 0 and <= MaxMessageBytes ? (int)size : throw Other();
                return true;
            case RtmpMessageTypes.WindowSize when body.Length >= 4:
                _window = Math.Max(1 << 10, BinaryPrimitives.ReadUInt32BigEndian(body.Span));
                return true;
            case RtmpMessageTypes.UserControl when body.Length >= 6 && BinaryPrimitives.ReadUInt16BigEndian(body.Span) == 6:
                byte[] pong = [0, 7, .. body.Span.Slice(2, 4)];
                await SendAsync(2, RtmpMessageTypes.UserControl, 0, pong, cancellationToken).ConfigureAwait(false);
                return true;
            default:
                return message.Type < RtmpMessageTypes.Sound;
        }
    }

    private async ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
    {
        if (ReceivedBytes - _acknowledged < _window / 2) return;
        _acknowledged = ReceivedBytes;
        byte[] came = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(came, (uint)ReceivedBytes);
        await SendAsync(2, RtmpMessageTypes.Acknowledgement, 0, came, cancellationToken).ConfigureAwait(false);
    }

    private static MediaException Other() => new(FaultCodes.Undecodable, "Expected a source that speaks RTMP, got something else.");

    // What is known of a chunk stream: its last message, as far as it came.
    private sealed record Partial
    {
        public int Length { get; set; }

        public byte Type { get; set; }

        public uint Timestamp { get; set; }

        public uint Step { get; set; }

        public uint Field { get; set; }

        public MemoryStream? Body { get; set; }
    }
}
