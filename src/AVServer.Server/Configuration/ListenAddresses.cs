using System.Net;
using System.Net.Sockets;
using AVServer.Pipeline;
using AVServer.Server.Wyoming;

namespace AVServer.Server.Configuration;

/// <summary>Whether the server can listen where it is told to. Asked before the models are loaded, so that a typing error is told at once and in a sentence.</summary>
internal static class ListenAddresses
{
    private const string Urls = "Urls";

    /// <summary>Takes every port for a moment and gives it back.</summary>
    /// <param name="configuration">Says where HTTP is served: <c>Kestrel:Endpoints</c>, or else <c>Urls</c>.</param>
    /// <param name="wyoming">Says where the bridge listens, if it does.</param>
    /// <exception cref="SetupException">An address can't be had; names the setting, what it says and what to do.</exception>
    public static void Check(IConfiguration configuration, WyomingOptions wyoming)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        foreach (var endpoint in endpoints)
            if (endpoint["Url"] is { } url) Check($"{endpoint.Path}:Url", url);
        if (endpoints.Count == 0)
            foreach (var url in (configuration[Urls] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) Check(Urls, url);
        if (wyoming.Port is { } port) Take($"{WyomingOptions.Section}:{nameof(wyoming.Port)} {port}", new IPEndPoint(IPAddress.Parse(wyoming.Address), port));
    }

    private static void Check(string setting, string url)
    {
        var named = $"{setting} '{url}'";
        if (Parse(url) is not { } address) throw new SetupException($"{named}: expected an address such as http://127.0.0.1:5080.");
        if (address.IsUnixPipe || address.IsNamedPipe) return;
        // What isn't a number stays at the host.
        var hasNoNumber = address.Host.Contains(':', StringComparison.Ordinal) && !address.Host.EndsWith(']');
        if (hasNoNumber || address.Port is < 0 or > IPEndPoint.MaxPort)
            throw new SetupException($"{named}: expected a port between 1 and {IPEndPoint.MaxPort}, or 0 for any that is free.");
        Take(named, new IPEndPoint(Host(named, address.Host), address.Port));
    }

    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { Scheme: "http" or "https" } address ? address : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // Kestrel takes any other name for "every address of this machine": a misspelt localhost would open the server to the network.
    private static IPAddress Host(string named, string host) => host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" or "+" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address)
            ? address
            : throw new SetupException($"{named}: expected localhost, an IP address of this machine, or * for all of them, got '{host}'."),
    };

    private static void Take(string named, IPEndPoint endPoint)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(endPoint);
        }
        catch (SocketException exception)
        {
            throw new SetupException(exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{named}: port {endPoint.Port} is in use; stop what listens there, or choose another.",
                SocketError.AddressNotAvailable => $"{named}: {endPoint.Address} is not an address of this machine.",
                SocketError.AccessDenied => $"{named}: this user may not open port {endPoint.Port}; choose one above 1023.",
                _ => $"{named}: can't listen there: {exception.Message}.",
            });
        }
    }
}
