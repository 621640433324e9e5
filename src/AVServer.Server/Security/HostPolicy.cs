using System.Net;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

/// <summary>
/// The names by which this server is reached. A page whose own name was made to lead here (DNS rebinding) sends that name as <c>Host</c>,
/// and is refused by it; an address can't be made to lead elsewhere.
/// </summary>
internal sealed class HostPolicy(IOptions<SecurityOptions> options)
{
    private readonly HashSet<string> _names =
        new(["localhost", Environment.MachineName, Dns.GetHostName(), .. options.Value.Hosts], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a request with this <c>Host</c> may be meant for this server.</summary>
    public bool Allows(HostString host) => host.HasValue && (IPAddress.TryParse(host.Host, out _) || IsOwnName(host.Host));

    /// <summary>Whether this is a name of this machine or one out of <c>Security:Hosts</c>.</summary>
    public bool IsOwnName(string name) => _names.Contains(name.EndsWith('.') ? name[..^1] : name);
}
