using System.Net;
using System.Net.Sockets;

namespace AVServer.Cli.Doctor;

/// <summary>Whether the server could listen where it is to.</summary>
internal static class PortChecks
{
    /// <param name="address">As the server's <c>Urls</c> has it; the name is localhost or an address, or stands for all of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Finding> PortAsync(Uri address, CancellationToken cancellationToken)
    {
        var check = $"port {address.Port}";
        try
        {
            using var listener = new TcpListener(AddressOf(address.Host), address.Port);
            listener.Start();
            return Finding.Ok(check, $"free at {address.Host}");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return await ServerChecks.AnswersAsync(address, cancellationToken)
                ? Finding.Ok(check, "an AVServer listens there already")
                : Finding.Fail(
                    check, $"in use at {address.Host} by another program",
                    "End that program (`ss -ltnp` tells which), or start the server with another port by --Urls.");
        }
        catch (SocketException exception)
        {
            return Finding.Fail(
                check, $"can't be had at {address.Host}: {exception.Message}",
                "Name an address of this machine, and a port from 1024 on, by --Urls.");
        }
    }

    private static IPAddress AddressOf(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address
            : host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
}
