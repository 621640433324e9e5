using System.Net.Http.Headers;
using AVServer.Contracts;
using StandardWebhooks;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>Posts single events to one address.</summary>
internal sealed class WebhookSender(HttpClient http, WebhookOptions options, TimeProvider time)
{
    private readonly StandardWebhook _standard = new(WebhookSecret.KeyOf(options.Secret)!);

    public Uri Url { get; } = new(options.Url);

    /// <summary>
    /// A client that holds no cookies and follows no redirect: an event goes where the configuration says and nowhere else.
    /// </summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // an address may move
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Makes one request.</summary>
    /// <param name="id">The same for each attempt at one event, so that a receiver can leave out what it has.</param>
    /// <param name="streamEvent">What is posted.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The answer without its body, which is nobody's concern; the caller's to dispose.</returns>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<HttpResponseMessage> PostAsync(string id, StreamEvent streamEvent, CancellationToken cancellationToken)
    {
        // Signed anew for each attempt: receivers refuse what is too old.
        using var content = _standard.MakeHttpContent(streamEvent, id, time.GetUtcNow(), ContractsJson.Options);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = content };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
