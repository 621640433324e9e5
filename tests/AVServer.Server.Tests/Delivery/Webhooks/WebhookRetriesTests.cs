using System.Net;
using System.Net.Http.Headers;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Webhooks;

/// <summary>When a request is made again, on a clock that the tests move.</summary>
[Trait("Category", "unit")]
public sealed class WebhookRetriesTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Eight_attempts_take_about_two_minutes_and_pauses_grow()
    {
        var moments = await AttemptsAsync(new WebhookOptions(), _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        Assert.Equal(8, moments.Count);
        // The sum of the pauses is left to chance only by a factor of two; the clock moves by a quarter of a second.
        Assert.InRange(moments[^1].TotalSeconds, 60, 145);
        Assert.InRange(moments[2].TotalSeconds, 0, 10);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(3_600, 300)]   // no longer than the longest pause
    public async Task Receiver_is_asked_again_no_sooner_than_it_says(int asked, int waited)
    {
        var moments = await AttemptsAsync(
            new WebhookOptions { Attempts = 3 }, attempt => Busy(attempt == 1 ? new(TimeSpan.FromSeconds(asked)) : null));
        Assert.InRange(moments[1].TotalSeconds, waited, waited + 2);
        Assert.InRange((moments[2] - moments[1]).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Retry_after_may_be_a_moment()
    {
        var moments = await AttemptsAsync(
            new WebhookOptions { Attempts = 2 }, _ => Busy(new(_time.GetUtcNow() + TimeSpan.FromSeconds(42))));
        Assert.InRange(moments[1].TotalSeconds, 42, 44);
    }

    [Fact]
    public async Task Receiver_that_asks_for_less_than_the_pause_shortens_nothing()
    {
        var moments = await AttemptsAsync(new WebhookOptions(), _ => Busy(new(TimeSpan.Zero)));
        Assert.InRange(moments[^1].TotalSeconds, 60, 145);
    }

    [Fact]
    public async Task One_attempt_is_one()
    {
        Assert.Single(
            await AttemptsAsync(new WebhookOptions { Attempts = 1 }, _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)));
    }

    private static HttpResponseMessage Busy(RetryConditionHeaderValue? retryAfter)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter = retryAfter;
        return response;
    }

    // When each attempt was made, from the first.
    private async Task<List<TimeSpan>> AttemptsAsync(WebhookOptions options, Func<int, HttpResponseMessage> answer)
    {
        var (moments, start, failed) = (new List<TimeSpan>(), _time.GetTimestamp(), 0);
        var attempts = WebhookRetries.Create(options, _time, () => failed++);
        var running = attempts.ExecuteAsync(_ =>
        {
            lock (moments) moments.Add(_time.GetElapsedTime(start));
            return ValueTask.FromResult(answer(moments.Count));
        }).AsTask();
        while (!running.IsCompleted)
        {
            await RunningServer.UntilAsync(() => _time.SetTimers > 0 || running.IsCompleted, "the next pause begins");
            _time.Advance(TimeSpan.FromSeconds(0.25));
        }
        Assert.NotEqual(HttpStatusCode.OK, (await running).StatusCode);
        Assert.Equal(moments.Count - 1, failed);
        return moments;
    }
}
