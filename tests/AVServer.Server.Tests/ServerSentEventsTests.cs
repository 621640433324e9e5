using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Endpoints;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests;

[Trait("Category", "server")]
public sealed class ServerSentEventsTests
{
    [Fact]
    public async Task Events_arrive_with_their_number_as_id()
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
        using var after = await OpenAsync(server, "?streamId=s&after=2");
        Assert.Equal(["3 closed", "4 opened", "5 wakeWord", "6 closed"], await ReadAsync(after, 4));
        using var lastEventId = await OpenAsync(server, "?streamId=s&types=wakeWord,%20closed", "2");
        Assert.Equal(["3 closed", "5 wakeWord", "6 closed"], await ReadAsync(lastEventId, 3));
    }

    [Fact]
    public async Task Only_the_last_events_are_kept()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:EventsKept", "2"));
        await SendWordAsync(server);
        using var response = await OpenAsync(server, "?streamId=s&after=0");
        Assert.Equal(["2 wakeWord", "3 closed"], await ReadAsync(response, 2));
    }

    [Fact]
    public async Task Quiet_connection_is_kept_alive()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:KeepAliveInterval", "00:00:00.050"));
        using var response = await OpenAsync(server, "");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(": keep-alive", await reader.ReadLineAsync());
            Assert.Equal("", await reader.ReadLineAsync());
        }
    }

    [Theory]
    [InlineData("?after=1")]
    [InlineData("?streamId=s&after=x")]
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
        await RunningServer.UntilAsync(() => server.Broker is { SubscriberCount: 0, LogCount: 0 }, "nothing is left of the reader");
    }

    [Fact]
    public async Task Nothing_is_written_to_a_reader_who_left()
    {
        await using var server = await RunningServer.StartAsync();
        using var left = new CancellationTokenSource();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = left.Token, Response = { Body = body } };
        var serving = EventsEndpoint.StreamAsync(context, server.Broker, Options.Create(new ServerLimits()), TimeProvider.System);
        await RunningServer.UntilAsync(() => body.Length > 0, "the stream has begun");
        var written = body.Length;
        await left.CancelAsync();
        await serving.WaitAsync(Patience.Longest);
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
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(Patience.Token()))
        {
            events.Add($"{item.EventId} {JsonDocument.Parse(item.Data).RootElement.GetProperty("type").GetString()}");
            if (events.Count == count) break;
        }
        return events;
    }

    private static async Task SendWordAsync(RunningServer server)
    {
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }
}
