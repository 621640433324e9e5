using System.Buffers.Binary;
using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Ingest;

/// <summary>The nine bytes before the payload of a binary message: kind, then media time in microseconds, little-endian.</summary>
internal static class ChunkHeader
{
    public const int Length = 9;

    private static readonly long MaxMicroseconds = (long)TimeSpan.FromDays(3_650).TotalMicroseconds;

    /// <summary>
    /// Makes a chunk of a message; its payload is a copy, since the pipeline owns it and the message's buffer is used again.
    /// </summary>
    /// <returns>An empty chunk, which is nothing, for an empty message and for a header alone: recorders of browsers make such
    /// ones.</returns>
    /// <exception cref="RefusedException">The message is no chunk.</exception>
    public static MediaChunk Read(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty) return new MediaChunk(MediaKind.Container, TimeSpan.Zero, default);
        if (message.Length < Length)
            throw new RefusedException(
                FaultCodes.BadChunk, $"Expected {Length} bytes of header and a payload, got {message.Length} bytes in all.");
        var kind = (MediaKind)message[0];
        if (kind is not (MediaKind.Audio or MediaKind.Video or MediaKind.Container))
            throw new RefusedException(FaultCodes.BadChunk, $"Expected kind 1 (audio), 2 (video) or 3 (container), got {message[0]}.");
        var microseconds = kind == MediaKind.Container ? 0 : BinaryPrimitives.ReadInt64LittleEndian(message[1..Length]);
        if (microseconds < 0 || microseconds > MaxMicroseconds)
            throw new RefusedException(FaultCodes.BadChunk, $"Expected a media time of 0 to {MaxMicroseconds} µs, got {microseconds}.");
        return new MediaChunk(kind, TimeSpan.FromMicroseconds(microseconds), message[Length..].ToArray());
    }
}
