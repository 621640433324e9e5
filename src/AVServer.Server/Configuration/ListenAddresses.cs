using System.Net;
using System.Net.Sockets;
using AVServer.Pipeline;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Security;

namespace AVServer.Server.Configuration;

/// <summary>
/// Whether the server can listen where it is told to. Asked before the models are loaded, so that a typing error is told at once and in a
/// sentence.
/// </summary>
internal static class ListenAddresses
{
    private const string Urls = "Urls";

    private const string Open = $"{SecurityOptions.Section}:{nameof(SecurityOptions.Open)}=true";

    /// <summary>Takes every port for a moment and gives it back, and looks whether strangers would be let in.</summary>
    /// <param name="configuration">Says where HTTP is served: <c>Kestrel:Endpoints</c>, or else <c>Urls</c>.</param>
    /// <param name="wyoming">Says where the bridge listens, if it does.</param>
    /// <param name="security">Says whether callers must say who they are, and so may come from elsewhere.</param>
    /// <exception cref="SetupException">An address can't be had, or would let everyone in; names the setting, what it says and what to
    /// do.</exception>
    public static void Check(IConfiguration configuration, WyomingOptions wyoming, SecurityOptions security)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        foreach (var endpoint in endpoints)
            if (endpoint["Url"] is { } url) Check($"{endpoint.Path}:Url", url, security);
        if (endpoints.Count == 0)
            foreach (var (setting, url) in UrlsOf(configuration)) Check(setting, url, security);
        if (wyoming.Port is { } port) Check(wyoming, port, security);
    }

    // The host goes by the ports, at every address, where it finds no addresses.
    private static IEnumerable<(string Setting, string Url)> UrlsOf(IConfiguration configuration)
    {
        var urls = Parts(configuration[Urls]);
        return urls.Length > 0
            ? urls.Select(url => (Urls, url))
            : from scheme in (string[])["http", "https"]
              from port in Parts(configuration[$"{scheme}_ports"])
              select ($"{scheme}_ports", $"{scheme}://*:{port}");

        static string[] Parts(string? text) =>
            (text ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static void Check(WyomingOptions wyoming, int port, SecurityOptions security)
    {
        var address = IPAddress.Parse(wyoming.Address);
        Take($"{WyomingOptions.Section}:{nameof(wyoming.Port)} {port}", new IPEndPoint(address, port));
        if (!security.Open && !IPAddress.IsLoopback(address))
            throw new SetupException(
                $"{WyomingOptions.Section}:{nameof(wyoming.Address)} '{wyoming.Address}': the bridge asks nobody for a key, even where "
                + $"{SecurityOptions.Section}:{nameof(security.ApiKey)} is set; listen at 127.0.0.1, or let everyone in who reaches it, "
                + $"by {Open}.");
    }

    private static void Check(string setting, string url, SecurityOptions security)
    {
        var named = $"{setting} '{url}'";
        if (Parse(url) is not { } address) throw new SetupException($"{named}: expected an address such as http://127.0.0.1:5080.");
        if (address.IsUnixPipe && Path.GetDirectoryName(address.UnixPipePath) is { } folder && !Directory.Exists(folder))
            throw new SetupException($"{named}: there is no folder {folder}.");
        if (address.IsUnixPipe || address.IsNamedPipe) return;
        // What isn't a number stays at the host.
        var hasNoNumber = address.Host.Contains(':', StringComparison.Ordinal) && !address.Host.EndsWith(']');
        if (hasNoNumber || address.Port is < 0 or > IPEndPoint.MaxPort)
            throw new SetupException($"{named}: expected a port between 1 and {IPEndPoint.MaxPort}, or 0 for any that is free.");
        var host = Host(named, address.Host);
        Take(named, new IPEndPoint(host, address.Port));
        if (!security.IsGuarded && !security.Open && !IPAddress.IsLoopback(host))
            throw new SetupException(
                $"{named}: whoever reaches this machine could use the server; ask them for a key, by "
                + $"{SecurityOptions.Section}:{nameof(security.ApiKey)} "
                + $"({SecurityOptions.Section}:{nameof(security.Keys)}, {SecurityOptions.Section}:Jwt), or let everyone in, by {Open}.");
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
