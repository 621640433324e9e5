using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Webhooks;

/// <summary>Webhooks through the whole server, with a receiver on a real socket.</summary>
[Trait("Category", "server")]
public sealed class WebhookTests
{
    private const string Secret = "a secret of the tests";

    [Fact]
    public async Task Events_are_posted_in_order_and_signed_after_the_standard()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartAsync(
            receiver.Url, ("Webhooks:0:Secret", "whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))));
        await SendWordAsync(server, "a", telemetry: true);
        await RunningServer.UntilAsync(() => receiver.Requests.Count == 3, "three events arrive");
        Assert.Equal(["a 1", "a 2", "a 3"], receiver.Requests.Select(request => request.Name));
        Assert.Equal(["opened", "wakeWord", "closed"], receiver.Requests.Select(request => request.Event.GetProperty("type").GetString()));
        Assert.All(receiver.Requests, request =>
        {
            var signed = Encoding.UTF8.GetBytes($"{request.Id}.{request.Timestamp}.{Encoding.UTF8.GetString(request.Body)}");
            Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed))}", request.Signature);
            Assert.Equal(("application/json", request.Body.Length), (request.ContentType, request.Length));
        });
        Assert.Equal(3, receiver.Requests.Select(request => request.Id).Distinct().Count());
    }

    [Fact]
    public async Task Only_the_streams_and_types_that_were_asked_for_are_posted()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await StartAsync(receiver.Url, ("Webhooks:0:Types:0", "wakeWord"), ("Webhooks:0:Streams:0", "b"));
        await SendWordAsync(server, "a");
        await SendWordAsync(server, "b");
        await server.StopAsync();   // delivers what waits
        Assert.Equal(["b 2"], receiver.Requests.Select(request => request.Name));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task Request_that_fails_is_made_again_before_the_next_event_of_its_stream(int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var failures = 0;
        receiver.Answer = (_, _) => Task.FromResult(Interlocked.Increment(ref failures) <= 2 ? status : 204);
        await using var server = await StartAsync(receiver.Url);
        await SendWordAsync(server, "a");
        await RunningServer.UntilAsync(() => receiver.Requests.Count == 5, "three events and two further attempts arrive");
        Assert.Equal(["a 1", "a 1", "a 1", "a 2", "a 3"], receiver.Requests.Select(request => request.Name));
        Assert.Single(receiver.Requests.Take(3).Select(request => request.Id).Distinct());
    }

    [Fact]
    public async Task Receiver_that_is_away_gets_everything_when_it_is_back()
    {
        var first = await WebhookReceiver.StartAsync();
        await using var server = await StartAsync(first.Url, ("Webhooks:0:Attempts", "100"));
        await SendWordAsync(server, "a");
        await RunningServer.UntilAsync(() => first.Requests.Count == 3, "the first events arrive");
        await first.DisposeAsync();
        await SendWordAsync(server, "a");
        await using var back = await WebhookReceiver.StartAsync(first.Url.Port);
        await RunningServer.UntilAsync(() => back.Requests.Count == 3, "the later events arrive");
        Assert.Equal(["a 4", "a 5", "a 6"], back.Requests.Select(request => request.Name));
    }

    [Fact]
    public async Task Receiver_that_never_answers_delays_no_stream_and_its_events_become_dead_letters()
    {
        using var folder = new TemporaryFolder();
        var letters = Path.Combine(folder.Path, "sub", "letters.jsonl");
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 200;
        };
        await using var server = await StartAsync(
            receiver.Url, ("Webhooks:0:Timeout", "00:00:00.100"), ("Webhooks:0:Attempts", "2"), ("Webhooks:0:DeadLetterPath", letters));
        await SendWordAsync(server, "a");   // waits for the stream's end, not for the receiver
        await RunningServer.UntilAsync(() => File.Exists(letters) && File.ReadAllLines(letters).Length == 3, "three letters are written");
        var first = JsonDocument.Parse(File.ReadAllLines(letters)[0]).RootElement;
        Assert.Equal("opened", first.GetProperty("event").GetProperty("type").GetString());
        Assert.Equal(2, first.GetProperty("attempts").GetInt32());
        Assert.Equal(receiver.Requests.First().Id, first.GetProperty("id").GetString());
        Assert.Contains("no answer within", first.GetProperty("reason").GetString());
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(307)]
    public async Task Request_that_is_wrong_is_not_made_again_nor_elsewhere(int status)
    {
        using var folder = new TemporaryFolder();
        var letters = Path.Combine(folder.Path, "letters.jsonl");
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.Headers.Location = elsewhere.Url.ToString();
            return Task.FromResult(status);
        };
        await using var server = await StartAsync(receiver.Url, ("Webhooks:0:DeadLetterPath", letters));
        await SendWordAsync(server, "a");
        await server.StopAsync();
        Assert.Equal(3, receiver.Requests.Count);
        Assert.Empty(elsewhere.Requests);
        Assert.All(
            await File.ReadAllLinesAsync(letters),
            line => Assert.Equal($"status {status}", JsonDocument.Parse(line).RootElement.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Queue_that_is_full_gives_up_the_newest_and_the_rest_arrives()
    {
        using var folder = new TemporaryFolder();
        var letters = Path.Combine(folder.Path, "letters.jsonl");
        await using var receiver = await WebhookReceiver.StartAsync();
        var open = new TaskCompletionSource();
        receiver.Answer = async (_, _) =>
        {
            await open.Task;
            return 200;
        };
        await using var server = await StartAsync(receiver.Url, ("Webhooks:0:QueuedEvents", "2"), ("Webhooks:0:DeadLetterPath", letters));
        await SendWordAsync(server, "a");
        await RunningServer.UntilAsync(() => File.Exists(letters) && File.ReadAllLines(letters).Length == 1, "the third event is given up");
        open.SetResult();
        await RunningServer.UntilAsync(() => receiver.Requests.Count == 2, "the others arrive");
        Assert.Equal(["a 1", "a 2"], receiver.Requests.Select(request => request.Name));
        Assert.Contains("2 events were waiting", File.ReadAllText(letters));
    }

    [Fact]
    public async Task Slow_streams_events_hold_up_no_other_stream()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var open = new TaskCompletionSource();
        receiver.Answer = async (request, _) =>
        {
            if (request.Name == "slow 1") await open.Task;
            return 200;
        };
        await using var server = await StartAsync(receiver.Url, ("Webhooks:0:Concurrency", "64"));
        await SendWordAsync(server, "slow");
        // Which queue a stream takes is drawn anew for each process: of eight, one shares the slow one's with a chance of 1 in 8.
        foreach (var stream in Enumerable.Range(0, 8)) await SendWordAsync(server, $"s{stream}");
        await RunningServer.UntilAsync(
            () => receiver.Requests.Count(request => request.Name.EndsWith(" 3", StringComparison.Ordinal)) >= 4,
            "other streams' events arrive");
        Assert.DoesNotContain(receiver.Requests, request => request.Name == "slow 2");
        open.SetResult();
        await RunningServer.UntilAsync(() => receiver.Requests.Count == 27, "everything arrives");
        Assert.All(receiver.Requests.GroupBy(request => request.Event.GetProperty("streamId").GetString()), stream =>
            Assert.Equal([1, 2, 3], stream.Select(request => request.Event.GetProperty("sequence").GetInt64())));
    }

    [Fact]
    public async Task Server_that_stops_gives_up_what_a_receiver_does_not_take_in_time()
    {
        using var folder = new TemporaryFolder();
        var letters = Path.Combine(folder.Path, "letters.jsonl");
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, _) => Task.FromResult(500);
        await using var server = await StartAsync(
            receiver.Url, ("Webhooks:0:FirstPause", "00:05:00"), ("Webhooks:0:LongestPause", "00:05:00"),
            ("Webhooks:0:DeadLetterPath", letters),
            ("Server:Limits:DrainTimeout", "00:00:00"), ("Server:Limits:CloseTimeout", "00:00:00.100"));
        await SendWordAsync(server, "a");
        await RunningServer.UntilAsync(() => !receiver.Requests.IsEmpty, "the first attempt was made");
        await server.StopAsync().WaitAsync(TestTimeout.Longest);
        var given = (await File.ReadAllLinesAsync(letters)).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([1, 0, 0], given.Select(letter => letter.GetProperty("attempts").GetInt32()));
        Assert.All(given, letter => Assert.Equal("the server stopped", letter.GetProperty("reason").GetString()));
    }

    private static Task<RunningServer> StartAsync(Uri url, params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] usual =
        [
            ("Webhooks:0:Url", url.ToString()), ("Webhooks:0:Secret", Secret), ("Webhooks:0:FirstPause", "00:00:00.010"),
            ("Webhooks:0:LongestPause", "00:00:00.050"),
        ];
        return RunningServer.StartAsync([.. usual.ExceptBy(settings.Select(setting => setting.Key), setting => setting.Key), .. settings]);
    }

    private static async Task SendWordAsync(RunningServer server, string streamId, bool telemetry = false)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId, telemetry ? "?telemetry=true" : "");
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }
}
