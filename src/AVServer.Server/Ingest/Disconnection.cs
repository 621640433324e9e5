using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace AVServer.Server.Ingest;

/// <summary>Tells a peer that went away from a failure of the server.</summary>
internal static class Disconnection
{
    public static bool Is(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or IOException or ConnectionAbortedException
            or ObjectDisposedException or BadHttpRequestException;
}
