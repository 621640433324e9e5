using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Delivery;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Delivery;

[Trait("Category", "server")]
public sealed class ServerSentEventsTests
{
    [Fact]
    public async Task Events_arrive_with_their_place_as_id()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await OpenAsync(server, "?streamId=s");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await SendWordAsync(server);
        Assert.Equal(["1 opened", "2 wakeWord", "3 closed"], await ReadAsync(response, 3));
    }

    [Fact]
    public async Task Reader_resumes_by_after_or_by_the_last_event_id_with_the_types_it_wants()
    {
        await using var server = await RunningServer.StartAsync();
        await SendWordAsync(server);
        await SendWordAsync(server);
        var second = server.Broker.Position("s") with { Sequence = 2 };
        using var after = await OpenAsync(server, $"?streamId=s&after={second}");
        Assert.Equal(["3 closed", "4 opened", "5 wakeWord", "6 closed"], await ReadAsync(after, 4));
        using var lastEventId = await OpenAsync(server, "?streamId=s&types=wakeWord,%20closed", $"{second}");
        Assert.Equal(["3 closed", "5 wakeWord", "6 closed"], await ReadAsync(lastEventId, 3));
        // A browser comes back to the address that it was given, and adds what it had last.
        using var both = await OpenAsync(server, "?streamId=s&after=0:0", $"{second with { Sequence = 5 }}");
        Assert.Equal(["6 closed"], await ReadAsync(both, 1));
    }

    [Fact]
    public async Task Faults_push_out_no_wake_word_and_what_is_gone_is_told_once()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:EventsKept", "2"));
        await SendWordAsync(server);
        for (var i = 0; i < 3; i++)
        {
            using var sender = await MediaSender.OpenAsync(server, "s");
            await sender.SendAsync(0, "odd");
            await sender.ReceiveAllAsync();
        }
        using var all = await OpenAsync(server, "?streamId=s&after=0:0");
        Assert.Equal(
            ["1 lost", "2 wakeWord", "7 opened", "8 fault", "9 closed", "10 opened", "11 fault", "12 closed"], await ReadAsync(all, 8));
        // Who reads words only misses nothing, and is told nothing.
        using var words = await OpenAsync(server, "?streamId=s&after=0:0&types=wakeWord");
        Assert.Equal(["2 wakeWord"], await ReadAsync(words, 1));
    }

    [Fact]
    public async Task Stream_begins_with_a_comment_the_pause_before_coming_back_and_a_place()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await OpenAsync(server, "?streamId=s");
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(": keep-alive", await reader.ReadLineAsync());
        Assert.Equal("", await reader.ReadLineAsync());
        var retry = (await reader.ReadLineAsync())!["retry: ".Length..];
        Assert.InRange(int.Parse(retry, CultureInfo.InvariantCulture), 1_000, 3_000);
        Assert.Equal($"id: {server.Broker.Position("s")}", await reader.ReadLineAsync());
        Assert.Equal("", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Events_pass_an_nginx_with_its_defaults_as_they_happen()
    {
        await using var server = await RunningServer.StartAsync();
        await using var nginx = await NginxServer.StartAsync(server.Address);
        using var response = await nginx.Http.GetAsync($"{Routes.Events}?streamId=s", HttpCompletionOption.ResponseHeadersRead);
        var items = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(TestTimeout.Token());
        await using var events = items.GetAsyncEnumerator();
        using var sender = await MediaSender.OpenAsync(server, "s");
        Assert.Equal("opened", await NextAsync());   // before there is more: nothing is held back until it fills a buffer
        await sender.SendAsync(0.5, "Word!!");
        Assert.Equal("wakeWord", await NextAsync());

        async Task<string?> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return JsonDocument.Parse(events.Current.Data).RootElement.GetProperty("type").GetString();
        }
    }

    [Fact]
    public async Task Reader_who_is_cut_off_before_its_first_event_comes_back_with_its_place()
    {
        await using var server = await RunningServer.StartAsync();
        string id;
        using (var response = await OpenAsync(server, "?streamId=s"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (!(id = (await reader.ReadLineAsync())!).StartsWith("id: ", StringComparison.Ordinal)) ;
        }
        await RunningServer.UntilAsync(() => server.Broker.SubscriberCount == 0, "the reader left");
        await SendWordAsync(server);
        using var again = await OpenAsync(server, "?streamId=s", id["id: ".Length..]);
        Assert.Equal(["1 opened", "2 wakeWord", "3 closed"], await ReadAsync(again, 3));
    }

    [Fact]
    public async Task Reader_of_all_streams_who_comes_back_is_told_that_nobody_kept_what_it_missed()
    {
        await using var server = await RunningServer.StartAsync();
        using var again = await OpenAsync(server, "", $"{server.Broker.PositionOfAll}");
        await SendWordAsync(server);
        Assert.Equal(["0 lost", " opened", " wakeWord", " closed"], await ReadAsync(again, 4));
    }

    [Fact]
    public async Task Quiet_connection_gets_a_comment_each_fifteen_seconds()
    {
        var time = new ManualTimeProvider();
        await using var server = await RunningServer.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        using var response = await OpenAsync(server, "?streamId=s");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var line = ""; !line!.StartsWith("id: ", StringComparison.Ordinal); line = await reader.ReadLineAsync()) ;
        Assert.Equal("", await reader.ReadLineAsync());
        var timers = time.SetTimers;
        for (var i = 0; i < 3; i++)
        {
            var next = reader.ReadLineAsync();
            await RunningServer.UntilAsync(() => time.SetTimers >= timers, "the pause has begun");
            time.Advance(TimeSpan.FromSeconds(14.9));
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(0.2));
            Assert.Equal(": keep-alive", await next);
            Assert.Equal("", await reader.ReadLineAsync());
        }
    }

    [Fact]
    public async Task Quiet_connection_is_kept_alive()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:KeepAliveInterval", "00:00:00.050"));
        using var response = await OpenAsync(server, "");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var comments = 0; comments < 3;)
            if (await reader.ReadLineAsync() == ": keep-alive") comments++;
    }

    [Theory]
    [InlineData("?after=e:1")]
    [InlineData("?streamId=s&after=x")]
    [InlineData("?streamId=s&after=1")]
    [InlineData("?streamId=-")]
    [InlineData("?types=nothing")]
    public async Task Wrong_filter_is_a_problem(string query)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.GetAsync(Routes.Events + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task Reader_that_leaves_is_forgotten()
    {
        await using var server = await RunningServer.StartAsync();
        var response = await OpenAsync(server, "?streamId=s");
        Assert.Equal(1, server.Broker.SubscriberCount);
        response.Dispose();
        // Its place is left, for a while.
        await RunningServer.UntilAsync(() => server.Broker is { SubscriberCount: 0, LogCount: 1 }, "nothing is left of the reader");
    }

    [Fact]
    public async Task Nothing_is_written_to_a_reader_who_left()
    {
        await using var server = await RunningServer.StartAsync();
        using var left = new CancellationTokenSource();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = left.Token, Response = { Body = body } };
        var limits = Options.Create(new ServerLimits());
        var serving = EventsEndpoint.StreamAsync(context, server.Broker, server.Part<HistoryReplay>(), limits, TimeProvider.System);
        await RunningServer.UntilAsync(
            () => Encoding.ASCII.GetString(body.ToArray()).Contains("id: ", StringComparison.Ordinal), "the stream has begun");
        var written = body.Length;
        await left.CancelAsync();
        await serving.WaitAsync(TestTimeout.Longest);
        Assert.Equal(written, body.Length);
    }

    [Fact]
    public async Task Reader_beyond_the_limit_is_refused()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxSubscribers", "1"));
        using var first = await OpenAsync(server, "");
        using var second = await server.Http.GetAsync(Routes.Events);
        Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(second));
    }

    private static async Task<HttpResponseMessage> OpenAsync(RunningServer server, string query, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Events + query);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }

    private static async Task<List<string>> ReadAsync(HttpResponseMessage response, int count)
    {
        var events = new List<string>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(TestTimeout.Token()))
        {
            events.Add($"{NumberOf(item.EventId)} {JsonDocument.Parse(item.Data).RootElement.GetProperty("type").GetString()}");
            if (events.Count == count) break;
        }
        return events;
    }

    private static string NumberOf(string? id) =>
        EventCursor.TryParse(id, out var cursor) ? cursor.Sequence.ToString(CultureInfo.InvariantCulture) : "";

    private static async Task SendWordAsync(RunningServer server)
    {
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }
}
