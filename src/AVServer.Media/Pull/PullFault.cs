using System.Net.Sockets;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>What is told of a source that gives no media.</summary>
internal static class PullFault
{
    public static MediaException NoAnswer(TimeSpan within) => new(
        FaultCodes.SourceUnreachable, $"Expected an answer of the source within {within.TotalSeconds:0.#} s, got none.");

    public static MediaException NoMedia(TimeSpan within) => new(
        FaultCodes.SourceUnreachable, $"Expected media of the source within {within.TotalSeconds:0.#} s, got none.");

    public static MediaException Ended() => new(
        FaultCodes.SourceUnreachable, "Expected live media, and the source ended it.");

    public static MediaException Broke(Exception? reason = null) => new(
        FaultCodes.SourceUnreachable,
        $"Expected live media, and the connection broke{(Errors(reason) is { } error ? $" ({error})" : "")}.", reason);

    /// <summary>Of a status above 399, of HTTP as of RTSP.</summary>
    public static MediaException Status(int status) => status is 401 or 403 or 407
        ? new MediaException(
            FaultCodes.SourceRefused,
            $"Expected a source that lets this server in, got status {status}; give the user and password that it asks for in the address.")
        : new MediaException(FaultCodes.SourceUnreachable, $"Expected media, got status {status} of the source.");

    private static SocketError? Errors(Exception? reason) =>
        reason?.GetBaseException() is SocketException socket ? socket.SocketErrorCode : null;
}
