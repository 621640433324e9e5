using System.Net;
using System.Net.Sockets;

namespace AVServer.Media.Pull;

/// <summary>
/// Which addresses may be reached on somebody else's word: those of the public internet, and those that the configuration names. Whatever
/// else there is of special use (RFC 6890) may lead to this machine or into its network.
/// </summary>
internal sealed class AddressPolicy(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
            "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether an address may be reached.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = Unwrap(address);
        return allowed.Any(network => network.Contains(plain)) || !Special.Any(network => network.Contains(plain));
    }

    // Some addresses of IPv6 stand for one of IPv4, to which they lead.
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (Nat64.Contains(address)) return new IPAddress(bytes[12..]);
        if (SixToFour.Contains(address)) return new IPAddress(bytes[2..6]);
        // A scope says by which interface, and is no part of what a network holds.
        return address.ScopeId == 0 ? address : new IPAddress(bytes);
    }
}
