using AVServer.Server.Configuration;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Access;

/// <summary>
/// Keeps foreign web pages from using a visitor's browser: WebSockets are not bound by the same-origin policy. Programs send no Origin and pass.
/// </summary>
internal sealed class OriginPolicy(IOptions<AccessOptions> options)
{
    private readonly HashSet<string> _allowed = new(options.Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    public bool Allows(HttpRequest request)
    {
        if (request.Headers.Origin is not { Count: > 0 } origin) return true;
        return origin.Count == 1 && (_allowed.Contains(origin[0]!) || IsOwn(origin[0]!, request.Host));
    }

    // The scheme is left out: where a proxy ends TLS, the page is https and the request http.
    private static bool IsOwn(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !host.HasValue) return false;
        return string.Equals(uri.Host, host.Host, StringComparison.OrdinalIgnoreCase) && (uri.IsDefaultPort ? host.Port is null or 80 or 443 : uri.Port == host.Port);
    }
}
