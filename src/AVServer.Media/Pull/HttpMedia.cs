using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>The body of an HTTP answer, fetched here so that no decoder needs a network.</summary>
/// <remarks>Redirections are followed here too: each of them leads through the same dialer.</remarks>
internal sealed class HttpMedia : IAsyncDisposable
{
    private const int MaxRedirections = 5;
    private const int ReadBytes = 32 << 10;
    private const int MaxHeaderKiB = 64;

    private readonly HttpMessageInvoker _http;
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;

    private HttpMedia(HttpMessageInvoker http, HttpResponseMessage response, Stream body) =>
        (_http, _response, _body) = (http, response, body);

    /// <summary>What the answer says that it is; null where it doesn't.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant();

    /// <summary>Whether its length was stated, as of a file, and all of it came.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Asks for it.</summary>
    /// <exception cref="MediaException">It may not be asked for, or answered something else.</exception>
    public static async Task<HttpMedia> OpenAsync(SourceAddress address, GuardedDialer dialer, CancellationToken cancellationToken)
    {
        var first = new Uri(address.Target);
        var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,   // a proxy would be asked instead of the addresses that were looked at
            UseCookies = false,
            MaxResponseHeadersLength = MaxHeaderKiB,
            ConnectCallback = async (context, stop) =>
                await dialer.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop).ConfigureAwait(false),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = dialer.Accepts },
            Credentials = address.Credential is { } credential ? ForOrigin(first, credential) : null,
        });
        try
        {
            var response = await FollowAsync(http, first, cancellationToken).ConfigureAwait(false);
            try
            {
                var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                return new HttpMedia(http, response, body);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
        catch (HttpRequestException e)
        {
            http.Dispose();
            if (e.HttpRequestError == HttpRequestError.SecureConnectionError) throw dialer.Untrusted(e);
            throw InnermostMedia(e) ?? new MediaException(
                FaultCodes.SourceUnreachable, $"Expected a source that answers by HTTP, got none ({e.HttpRequestError}).", e);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>The body to its end.</summary>
    /// <exception cref="MediaException">Thrown by the enumeration: the connection broke.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long came = 0;
        while (true)
        {
            var buffer = new byte[ReadBytes];
            int read;
            try
            {
                read = await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw PullFault.Broke(e);
            }

            came += read;
            if (read == 0) break;
            yield return buffer.AsMemory(0, read);
        }

        IsWhole = _response.Content.Headers.ContentLength == came;
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
        _http.Dispose();
    }

    private static async Task<HttpResponseMessage> FollowAsync(HttpMessageInvoker http, Uri uri, CancellationToken cancellationToken)
    {
        for (var redirections = 0; ; redirections++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Accept.ParseAdd("*/*");
            request.Headers.UserAgent.ParseAdd("AVServer");
            var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK) return response;
            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                    throw PullFault.Status((int)response.StatusCode);
                var next = new Uri(uri, location);
                if (next.Scheme is not ("http" or "https") || (uri.Scheme == "https" && next.Scheme == "http"))
                    throw new MediaException(
                        FaultCodes.ForbiddenAddress, "Expected a redirection within HTTP and not out of TLS, got another one.");
                if (redirections == MaxRedirections)
                    throw new MediaException(
                        FaultCodes.SourceUnreachable, $"Expected at most {MaxRedirections} redirections, got more.");
                uri = next;
            }
        }
    }

    // To the first address only, and only by these ways to show it.
    private static CredentialCache ForOrigin(Uri address, NetworkCredential credential) =>
        new() { { new Uri(address, "/"), "Digest", credential }, { new Uri(address, "/"), "Basic", credential } };

    private static MediaException? InnermostMedia(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is MediaException media) return new MediaException(media.Code, media.Message, media);
        return null;
    }
}
