using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>Reads one direction of an RTSP connection, message by message (RFC 2326, section 10.12).</summary>
internal sealed class RtspReader(Stream stream) : IAsyncDisposable
{
    private const byte PacketMark = (byte)'$';
    private const int PacketHeaderBytes = 4;
    private const int MaxHeadBytes = 16 << 10;
    private const int MaxBodyBytes = 256 << 10;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The next message.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="MediaException">It is none.</exception>
    public async ValueTask<RtspMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var rest = read.Buffer;
            if (TryRead(ref rest) is { } message)
            {
                _pipe.AdvanceTo(rest.Start);
                return message;
            }

            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) return null;
        }
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    private static RtspMessage? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty) return null;
        if (buffer.FirstSpan[0] == PacketMark)
        {
            if (buffer.Length < PacketHeaderBytes) return null;
            Span<byte> header = stackalloc byte[PacketHeaderBytes];
            buffer.Slice(0, PacketHeaderBytes).CopyTo(header);
            long length = PacketHeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            if (buffer.Length < length) return null;
            byte[] packet = buffer.Slice(0, length).ToArray();
            buffer = buffer.Slice(length);
            return new RtspMessage(packet);
        }

        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8))
            return buffer.Length <= MaxHeadBytes ? null : throw Other();
        if (head.Length > MaxHeadBytes) throw Other();
        // Lines may be left over from before.
        string[] lines = Encoding.UTF8.GetString(head).TrimStart('\r', '\n').Split("\r\n");
        var message = new RtspMessage(default(ReadOnlyMemory<byte>)) { FirstLine = lines[0], Headers = lines[1..] };
        if (message.ValuesOf("Content-Length").FirstOrDefault() is { } stated)
        {
            if (!int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > MaxBodyBytes)
                throw Other();
            if (reader.Remaining < length) return null;
            message = message with { Bytes = buffer.Slice(reader.Position, length).ToArray() };
            reader.Advance(length);
        }

        buffer = buffer.Slice(reader.Position);
        return message;
    }

    private static MediaException Other() => new(FaultCodes.Undecodable, "Expected a source that speaks RTSP, got something else.");
}
