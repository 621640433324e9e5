using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>
/// Connects to peers that strangers name. A name is resolved once, refused if any of its addresses is one that may not be reached, and
/// what is connected to is one of those that were looked at: a name that leads elsewhere the next time brings nobody in.
/// </summary>
/// <param name="rules">Networks that may be reached, and how long it may take.</param>
/// <param name="resolve">Addresses of a name; null: the system's.</param>
internal sealed class GuardedDialer(PullRules rules, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private readonly AddressPolicy _policy = new(rules.AllowedNetworks);
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private string? _refused;   // SHA-256 of the certificate that this machine doesn't trust

    /// <summary>Connects.</summary>
    /// <exception cref="MediaException">It may not be reached, or can't be.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await FindAsync(host, cancellationToken).ConfigureAwait(false);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (SocketException e)
        {
            throw new MediaException(
                FaultCodes.SourceUnreachable, $"Expected a source that can be connected to, got none ({e.SocketErrorCode}).", e);
        }
    }

    /// <summary>Connects, by TLS where that is asked for.</summary>
    /// <exception cref="MediaException">It may not be reached, or can't be, or isn't who it should be.</exception>
    public async Task<Stream> ConnectAsync(SourceAddress address, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
        if (!address.IsSecure) return stream;
        var secured = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = address.Host, RemoteCertificateValidationCallback = Accepts };
            await secured.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw Untrusted(e);
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a peer's certificate is trusted: by this machine, or by its fingerprint.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        _refused = certificate?.GetCertHashString(HashAlgorithmName.SHA256);
        return _refused is not null && rules.TrustedCertificates.Contains(_refused, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What is told where no secure connection came about.</summary>
    public MediaException Untrusted(Exception cause) => new(
        FaultCodes.SourceUnreachable,
        "Expected a source with a certificate that this machine trusts, got "
        + (_refused is null ? "none." : $"another one; if it is the source's own, put {_refused} among Pull:TrustedCertificates."),
        cause);

    private async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await _resolve(host, cancellationToken).ConfigureAwait(false);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        if (Array.Find(addresses, address => !_policy.Allows(address)) is not null)
            throw new MediaException(
                FaultCodes.ForbiddenAddress,
                "Expected a source on the public internet or in one of Pull:AllowedNetworks, got one whose address, or that it leads on "
                + "to, is in neither; name its network there if it is to be heard.");
        return addresses;
    }
}
