using System.Net;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

/// <summary>
/// Keeps foreign web pages from using a visitor's browser: WebSockets are not bound by the same-origin policy. Programs send no Origin and
/// pass.
/// </summary>
internal sealed class OriginPolicy(IOptions<SecurityOptions> options, HostPolicy hosts)
{
    private readonly HashSet<string> _allowed = new(options.Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    public bool Allows(HttpContext context)
    {
        if (context.Request.Headers.Origin is not { Count: > 0 } origin) return true;
        return origin.Count == 1 && (_allowed.Contains(origin[0]!) || IsOwn(origin[0]!, context.Connection));
    }

    // What the caller says of itself, like Host, counts for nothing: the address and port are those at which the connection was taken.
    // The scheme is left out: where a proxy ends TLS, the page is https and the request http.
    private bool IsOwn(string origin, ConnectionInfo connection)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.Port != connection.LocalPort) return false;
        return IPAddress.TryParse(uri.Host, out var address)
            ? IPAddress.IsLoopback(address) || Plain(address).Equals(Plain(connection.LocalIpAddress))
            : hosts.IsOwnName(uri.Host);
    }

    private static IPAddress Plain(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
