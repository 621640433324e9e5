using System.Buffers;
using System.Buffers.Binary;
using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>A chunk as a binary message: kind, media time in microseconds little-endian, payload.</summary>
internal static class MediaFrame
{
    private const int HeaderBytes = 9;

    public static void Write(MediaChunk chunk, ArrayBufferWriter<byte> message)
    {
        message.ResetWrittenCount();
        var header = message.GetSpan(HeaderBytes);
        header[0] = (byte)chunk.Kind;
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], (long)chunk.Time.TotalMicroseconds);
        message.Advance(HeaderBytes);
        message.Write(chunk.Payload.Span);
    }
}
