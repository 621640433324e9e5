using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Security;
using AVServer.Server.Streams;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests;

[Trait("Category", "server")]
public sealed class OperationsTests
{
    [Fact]
    public async Task Settings_that_can_not_be_stop_the_start_and_all_are_named()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(
            ("Server:Limits:MaxStreams", "0"),
            ("Server:Limits:IdleTimeout", "00:00:00"),
            ("Server:Limits:QueuedBytes", "2048"),
            ("Security:ApiKey", "short"),
            ("Security:AllowedOrigins:0", "friend.example/")));
        var failures = error is AggregateException many
            ? many.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures)
            : ((OptionsValidationException)error).Failures;
        Assert.All(
            [
                nameof(ServerLimits.MaxStreams), nameof(ServerLimits.IdleTimeout), nameof(ServerLimits.QueuedBytes),
                nameof(SecurityOptions.ApiKey), nameof(SecurityOptions.AllowedOrigins),
            ],
            name => Assert.Contains(failures, failure => failure.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Models_and_keywords_are_listed()
    {
        await using var server = await RunningServer.StartAsync();
        var models = await server.Http.GetFromJsonAsync<JsonElement>(Routes.Models);
        Assert.Equal("fake", Assert.Single(models.EnumerateArray()).GetProperty("name").GetString());
        var keyword = Assert.Single((await server.Http.GetFromJsonAsync<JsonElement>(Routes.Keywords)).EnumerateArray());
        Assert.Equal("computer", keyword.GetProperty("keyword").GetString());
        Assert.Equal("fake", keyword.GetProperty("model").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Open_stream_is_listed_and_can_be_closed()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendAsync(1.5, "sound!");
        await RunningServer.UntilAsync(() => server.Registry.Find("s")!.MediaTime > TimeSpan.Zero, "the chunk was received");
        var listed = Assert.Single((await server.Http.GetFromJsonAsync<JsonElement>(Routes.Streams)).EnumerateArray());
        Assert.Equal("s", listed.GetProperty("streamId").GetString());
        Assert.Equal("webSocket", listed.GetProperty("transport").GetString());
        Assert.Equal(1.5, listed.GetProperty("mediaTime").GetDouble());

        using var closing = await server.Http.DeleteAsync(Routes.Streams + "/s");
        Assert.Equal(HttpStatusCode.NoContent, closing.StatusCode);
        Assert.Equal("closed", (await sender.ReceiveAllAsync())[^1].GetProperty("type").GetString());
        using var again = await server.Http.DeleteAsync(Routes.Streams + "/s");
        Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(again));
    }

    [Fact]
    public async Task Server_without_a_model_is_alive_but_not_ready()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.Models = [];
        using var live = await server.Http.GetAsync(Routes.HealthLive);
        using var ready = await server.Http.GetAsync(Routes.HealthReady);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("noModel", (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Server_that_lies_behind_is_alive_and_says_that_it_is_overloaded()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxLag", "00:00:00.500"));
        var behind = TimeSpan.FromSeconds(0.3);
        await RunningServer.UntilAsync(
            () =>
            {
                server.Part<Admission>().Observe([new StreamProgress(behind, TimeSpan.FromSeconds(1))], TimeSpan.FromSeconds(1));
                using var ready = server.Http.Send(new HttpRequestMessage(HttpMethod.Get, Routes.HealthReady));
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable
                    && new StreamReader(ready.Content.ReadAsStream()).ReadToEnd()
                        .Contains("\"reason\":\"overloaded\"", StringComparison.Ordinal);
            },
            "the server is overloaded");
        using var live = await server.Http.GetAsync(Routes.HealthLive);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound, FaultCodes.NotFound)]
    [InlineData("POST", Routes.Models, HttpStatusCode.MethodNotAllowed, FaultCodes.BadRequest)]
    public async Task Route_that_does_not_exist_is_a_problem(string method, string route, HttpStatusCode status, string code)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), route));
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task OpenApi_describes_the_routes_and_times_as_numbers()
    {
        await using var server = await RunningServer.StartAsync();
        var document = await server.Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi);
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();
        Assert.All(
            [
                Routes.Media, Routes.Events, Routes.EventHistory, Routes.Score, Routes.Jobs, Routes.Jobs + "/{id}",
                Routes.Jobs + "/{id}/result", Routes.Streams, Routes.Models, Routes.Keywords, Routes.Keywords + "/{name}",
                Routes.HealthLive, Routes.HealthReady,
            ],
            route => Assert.Contains(route, paths));
        Assert.Equal("number", Property("StreamSummary", "mediaTime").GetProperty("type").GetString());
        Assert.Contains("epoch:sequence", Property("HistoryPage", "next").GetRawText(), StringComparison.Ordinal);

        JsonElement Property(string schema, string name) =>
            document.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties").GetProperty(name);
    }

    [Fact]
    public async Task Library_of_the_page_is_served_by_the_server_itself()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Contains("HubConnectionBuilder", await server.Http.GetStringAsync("/lib/signalr.min.js"));
    }

    [Fact]
    public async Task Server_that_stops_lets_streams_finish_and_readers_hear_the_end()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var events = await hub.StreamAsChannelAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter());
        await RunningServer.UntilAsync(() => server.Broker.SubscriberCount == 1, "the subscription is there");
        server.Pipeline.Pause();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendAsync(0.5, "Word!!");
        await RunningServer.UntilAsync(() => server.Registry.Find("s")!.MediaTime > TimeSpan.Zero, "the chunk was received");

        var stopping = server.StopAsync();
        using var late = await MediaSender.ConnectAsync(server, "late");
        await late.SendTextAsync(MediaSender.PcmHello);
        Assert.Equal(FaultCodes.ServerStopping, (await late.ReceiveAsync())?.GetProperty("code").GetString());
        server.Pipeline.Resume();

        Assert.Equal(["opened", "wakeWord", "closed"], (await sender.ReceiveAllAsync()).Select(e => e.GetProperty("type").GetString()));
        Assert.Equal((int)System.Net.WebSockets.WebSocketCloseStatus.EndpointUnavailable, (int?)sender.CloseStatus);
        var heard = new List<StreamEvent>();
        while (heard.LastOrDefault() is not ClosedEvent) heard.Add(await events.ReadAsync());
        Assert.Equal(CloseReason.ServerStopping, ((ClosedEvent)heard[^1]).Reason);
        await late.ReceiveAllAsync();
        await stopping.WaitAsync(TestTimeout.Longest);
    }

    [Fact]
    public async Task Server_that_stops_cuts_streams_that_do_not_finish_in_time()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:DrainTimeout", "00:00:00.100"));
        server.Pipeline.Pause();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendAsync(0.5, "Word!!");
        var stopping = server.StopAsync();
        var events = await sender.ReceiveAllAsync();
        Assert.Equal("serverStopping", events[^1].GetProperty("reason").GetString());
        await stopping.WaitAsync(TestTimeout.Longest);
        Assert.Equal(0, server.Pipeline.Running);
    }
}
