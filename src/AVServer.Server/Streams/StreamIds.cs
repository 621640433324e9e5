using System.Buffers;
using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Streams;

/// <summary>
/// What a stream may be called: 1 to 64 letters, digits, <c>.</c>, <c>_</c> or <c>-</c> of ASCII, the first a letter or digit.
/// </summary>
internal static class StreamIds
{
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <exception cref="RefusedException">It is no stream id.</exception>
    public static void Check(string streamId)
    {
        if (!IsValid(streamId))
            throw new RefusedException(
                FaultCodes.BadRequest,
                $"Expected a stream id of 1 to {MaxLength} letters, digits, '.', '_' or '-' that begins with a letter or digit, got "
                + $"{streamId.Length} characters that are not one.");
    }

    public static bool IsValid(string streamId) =>
        streamId.Length is > 0 and <= MaxLength && !streamId.AsSpan().ContainsAnyExcept(Allowed) && char.IsAsciiLetterOrDigit(streamId[0]);
}
