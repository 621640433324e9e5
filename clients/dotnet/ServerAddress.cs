using System.Globalization;
using System.Net.WebSockets;
using AVServer.Contracts;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Client;

/// <summary>The server's routes as absolute addresses.</summary>
internal sealed class ServerAddress
{
    private const string ApiKeyHeader = "X-Api-Key";

    private readonly string? _apiKey;

    public ServerAddress(Uri baseAddress, string? apiKey)
    {
        if (!baseAddress.IsAbsoluteUri || baseAddress.Scheme is not ("http" or "https"))
            throw new ArgumentException($"Expected an absolute http or https address, got '{baseAddress}'.", nameof(baseAddress));
        Base = baseAddress.AbsoluteUri.EndsWith('/') ? baseAddress : new Uri(baseAddress.AbsoluteUri + "/");
        _apiKey = apiKey;
    }

    /// <summary>Ends with a slash.</summary>
    public Uri Base { get; }

    public Uri Http(string route) => new(Base, route.TrimStart('/'));

    public Uri WebSocket(string route) =>
        new UriBuilder(Http(route)) { Scheme = Base.Scheme == "https" ? "wss" : "ws" }.Uri;

    public Uri Media(string streamId, bool telemetry, string query = "") =>
        WebSocket(Routes.Media.Replace("{streamId}", Uri.EscapeDataString(streamId)) + "?events=true" + (telemetry ? "&telemetry=true" : "")
            + query);

    public HttpClient CreateHttpClient()
    {
        // A long file is scored as long as it takes; the caller's token ends it.
        var http = new HttpClient { BaseAddress = Base, Timeout = Timeout.InfiniteTimeSpan };
        if (_apiKey is not null) http.DefaultRequestHeaders.Add(ApiKeyHeader, _apiKey);
        return http;
    }

    /// <summary>A connection to the hub of events, not started: SignalR over a plain WebSocket, without negotiation.</summary>
    public HubConnection CreateHubConnection() =>
        new HubConnectionBuilder()
            .WithUrl(Http(Routes.EventsHub), HttpTransportType.WebSockets, options =>
            {
                options.SkipNegotiation = true;
                // The same door as for media, so that a refusal is told in the same words: SignalR's own socket keeps the HTTP status to
                // itself.
                options.WebSocketFactory = async (context, cancellationToken) => await ConnectAsync(context.Uri, cancellationToken);
            })
            .AddJsonProtocol(options => ContractsJson.Configure(options.PayloadSerializerOptions))
            .Build();

    /// <exception cref="ServerRefusedException">The server answered without upgrading.</exception>
    /// <exception cref="ServerUnreachableException">Nothing answered.</exception>
    public async Task<WebSocket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        if (_apiKey is not null) socket.Options.SetRequestHeader(ApiKeyHeader, _apiKey);
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(uri, cancellationToken);
            return socket;
        }
        catch (WebSocketException exception)
        {
            using (socket) throw RefusalOf(socket, uri, exception);
        }
    }

    // A socket keeps the problem's body to itself: what it was is told by the status. Programs send no Origin, so that a 403 is the key's.
    private AVServerException RefusalOf(ClientWebSocket socket, Uri uri, WebSocketException exception) => (int)socket.HttpStatusCode switch
    {
        0 => new ServerUnreachableException($"No server answers at {Base}; is it running?", exception),
        401 => new ServerRefusedException(FaultCodes.Unauthorized, "Expected the server's API key; give the right one."),
        403 => new ServerRefusedException(
            FaultCodes.Forbidden, "Expected a key or token that opens this, got one that lacks the scope or is for other streams."),
        421 => new ServerRefusedException(
            FaultCodes.ForbiddenHost, $"Expected a name by which the server is reached, got '{Base.Host}'; add it to its Security:Hosts."),
        429 => new ServerRefusedException(
            FaultCodes.TooManyRequests, $"The key reached a limit of the server; try again {WaitOf(socket)}."),
        503 => new ServerRefusedException(FaultCodes.ServerBusy, "The server takes no more connections now; try again later."),
        var status => new ServerUnreachableException(
            $"Expected a WebSocket at {uri.AbsolutePath}, got HTTP status {status}; is {Base} an AVServer?", exception),
    };

    private static string WaitOf(ClientWebSocket socket)
    {
        var wait = socket.HttpResponseHeaders?.GetValueOrDefault("Retry-After")?.FirstOrDefault();
        return int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? $"in {seconds} s" : "later";
    }
}
