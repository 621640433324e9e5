using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>A reader left more events waiting than the server keeps for one.</summary>
/// <param name="capacity">Events that may wait.</param>
/// <param name="last">Place of the last event that was still queued for the reader; null where it can't go on.</param>
internal sealed class ReaderTooSlowException(int capacity, EventCursor? last) : Exception(
    $"The reader fell {capacity} events behind and was let go; read faster, ask for fewer types, or {Remedy(last)}.")
{
    private static string Remedy(EventCursor? last) =>
        last is { } place ? $"go on with after={place}" : "read one stream, which can be gone on with by 'after'";
}
