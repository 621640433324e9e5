using System.Net;
using System.Net.Sockets;

namespace AVServer.TestKit;

/// <summary>Ports of this machine, for what must be told its port before it listens. What can listen at port 0 does so instead.</summary>
public static class FreePort
{
    /// <summary>A port of 127.0.0.1 that was free a moment ago; another may take it.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
