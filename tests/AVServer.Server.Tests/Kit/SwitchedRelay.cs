using System.Net;
using System.Net.Sockets;

namespace AVServer.Server.Tests.Kit;

/// <summary>A port that stays, before servers that come and go.</summary>
internal sealed class SwitchedRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SwitchedRelay()
    {
        _listener.Start();
        _ = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The port that connections go on to.</summary>
    public int Target { get; set; }

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, Target);
                var (near, far) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
            }
            catch (SocketException)
            {
                // Nobody is there.
            }
        }
    }
}
