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

    /// <summary>
    /// The first of some ports in a row that were free a moment ago; below those that outgoing connections are given, which what is
    /// started first makes before the last listens.
    /// </summary>
    public static int FindRow(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(20_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
