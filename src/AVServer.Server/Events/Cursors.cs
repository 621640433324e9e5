using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Events;

/// <summary>Places as callers write them.</summary>
internal static class Cursors
{
    /// <summary>Reads a place.</summary>
    /// <param name="name">What the caller wrote it under.</param>
    /// <param name="text">What came; null: nothing.</param>
    /// <exception cref="RefusedException">It is none.</exception>
    public static EventCursor? Read(string name, string? text)
    {
        if (text is null) return null;
        try
        {
            return EventCursor.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new RefusedException(FaultCodes.BadRequest, $"{name}: {exception.Message}");
        }
    }
}
