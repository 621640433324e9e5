using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>How often and when a request that failed is made again.</summary>
internal static class WebhookRetries
{
    /// <summary>The attempts at one event, each within <see cref="WebhookOptions.Timeout"/>; can be run for many events at once.</summary>
    /// <param name="options">Of the address.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="onFailed">Called for each request that failed and will be made again.</param>
    public static ResiliencePipeline<HttpResponseMessage> Create(WebhookOptions options, TimeProvider time, Action onFailed)
    {
        var attempts = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (options.Attempts > 1)
            attempts.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,   // many senders don't come back to a receiver in step
                Delay = options.FirstPause,
                MaxDelay = options.LongestPause,
                ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
                    .HandleResult(MayPass),
                OnRetry = async retry =>
                {
                    onFailed();
                    // Its own pause follows: the two together are the longer one of that and what the receiver asks for.
                    var asked = retry.Outcome.Result is { } response ? RetryAfter(response, time) : TimeSpan.Zero;
                    var more = (asked < options.LongestPause ? asked : options.LongestPause) - retry.RetryDelay;
                    if (more > TimeSpan.Zero)
                        await Task.Delay(more, time, retry.Context.CancellationToken)
                            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                },
            });
        return attempts.AddTimeout(options.Timeout).Build();
    }

    // The rest of 3xx and 4xx says that the request itself is wrong, which it would be again.
    private static bool MayPass(HttpResponseMessage response) =>
        (int)response.StatusCode >= 500
            || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425;

    private static TimeSpan RetryAfter(HttpResponseMessage response, TimeProvider time) =>
        response.Headers.RetryAfter is { } asked ? asked.Delta ?? (asked.Date - time.GetUtcNow()) ?? TimeSpan.Zero : TimeSpan.Zero;
}
