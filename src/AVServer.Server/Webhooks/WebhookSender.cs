using System.Net;
using System.Net.Http.Headers;
using AVServer.Contracts;
using StandardWebhooks;

namespace AVServer.Server.Webhooks;

/// <summary>What a request to a webhook came to.</summary>
/// <param name="IsTaken">Whether the receiver answered 2xx.</param>
/// <param name="MayRetry">Whether the same request may fare better later.</param>
/// <param name="Reason">What went wrong, in words that hold nothing of the event.</param>
/// <param name="RetryAfter">Pause that the receiver asks for.</param>
internal sealed record PostOutcome(bool IsTaken, bool MayRetry, string Reason, TimeSpan? RetryAfter = null);

/// <summary>Posts single events to one address.</summary>
internal sealed class WebhookSender(HttpClient http, WebhookOptions options, TimeProvider time)
{
    private readonly StandardWebhook _standard = new(WebhookSecret.KeyOf(options.Secret)!);

    public Uri Url { get; } = new(options.Url);

    /// <summary>A client that holds no cookies and follows no redirect: an event goes where the configuration says and nowhere else.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // an address may move
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Makes one request. Never throws for what the receiver or the network does.</summary>
    public async Task<PostOutcome> PostAsync(string id, StreamEvent streamEvent, CancellationToken cancellationToken)
    {
        // Signed anew for each attempt: receivers refuse what is too old.
        using var content = _standard.MakeHttpContent(streamEvent, id, time.GetUtcNow(), ContractsJson.Options);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = content };
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The answer's body is nobody's concern.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            return Judge(response);
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? new PostOutcome(false, MayRetry: false, "the server stopped")
                : new PostOutcome(false, MayRetry: true, $"no answer within {options.Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException exception)
        {
            return new PostOutcome(false, MayRetry: true, $"no answer ({exception.HttpRequestError})");
        }
    }

    private PostOutcome Judge(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return new PostOutcome(true, MayRetry: false, "");
        // The rest of 3xx and 4xx says that the request itself is wrong, which it would be again.
        var mayRetry = (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425;
        var retryAfter = response.Headers.RetryAfter is { } asked ? asked.Delta ?? (asked.Date - time.GetUtcNow()) : null;
        return new PostOutcome(false, mayRetry, $"status {(int)response.StatusCode}", retryAfter);
    }
}
