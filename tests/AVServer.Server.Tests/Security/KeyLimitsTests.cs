using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class KeyLimitsTests
{
    [Fact]
    public async Task Requests_beyond_the_minutes_are_told_when_to_come_back_and_cost_no_other_key_anything()
    {
        await using var server = await StartAsync(("RequestsPerMinute", "3"));
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "a")).StatusCode);
        await RefusedAsync(await AskAsync(server, "a"), "3 requests a minute");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "b")).StatusCode);
        for (var i = 0; i < 9; i++) Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync(Routes.HealthLive)).StatusCode);
    }

    [Fact]
    public async Task Streams_beyond_the_limit_are_refused_until_one_ends_by_every_way()
    {
        await using var server = await StartAsync(("Streams", "1"));
        using (var first = await MediaSender.OpenAsync(server, "s", TestKeys.QueryOf("a")))
        {
            await RefusedAsync(
                await server.SendWithKeyAsync("PUT", "/media/t?container=wav", "a", new ByteArrayContent([1])), "1 streams at once");
            await Assert.ThrowsAsync<WebSocketException>(() => MediaSender.ConnectAsync(server, "t", TestKeys.QueryOf("a")));
            using var other = await MediaSender.OpenAsync(server, "u", TestKeys.QueryOf("b"));
            await first.SendTextAsync("""{"type":"end"}""");
            await first.ReceiveAllAsync();
        }
        await RunningServer.UntilAsync(() => OpensAsync(server).GetAwaiter().GetResult(), "the place is free");
    }

    [Fact]
    public async Task Jobs_beyond_the_limit_are_refused_until_one_ends()
    {
        await using var server = await StartAsync(("Jobs", "1"));
        server.Pipeline.Pause();
        Assert.Equal(HttpStatusCode.Accepted, (await SubmitAsync(server)).StatusCode);
        await RefusedAsync(await SubmitAsync(server), "1 jobs at once");
        server.Pipeline.Resume();
        await RunningServer.UntilAsync(
            () => SubmitAsync(server).GetAwaiter().GetResult().StatusCode == HttpStatusCode.Accepted, "the place is free");
    }

    [Fact]
    public async Task Bytes_beyond_the_hours_end_a_stream_and_an_upload()
    {
        await using var server = await StartAsync(("BytesPerHour", "4096"));
        using var sender = await MediaSender.OpenAsync(server, "s", TestKeys.QueryOf("a") + "&events=true");
        for (var i = 0; i < 5; i++) await sender.SendAsync(i, new byte[1_024]);
        var fault = (await sender.ReceiveAllAsync()).Single(message => message.GetProperty("type").GetString() == "fault");
        Assert.Equal(FaultCodes.TooManyRequests, fault.GetProperty("code").GetString());
        Assert.Equal((WebSocketCloseStatus)4429, sender.CloseStatus);
        await RefusedAsync(
            await server.SendWithKeyAsync("POST", Routes.Score, "a", new ByteArrayContent(new byte[8_192])), "4096 bytes an hour");
    }

    [Fact]
    public async Task Tokens_go_on_the_account_of_their_key_and_no_limit_holds_where_nobody_is_asked()
    {
        await using var server = await StartAsync(("RequestsPerMinute", "2"));
        using var issued = await server.SendWithKeyAsync("POST", Routes.Tokens, "a", JsonContent.Create(new TokenRequest()));
        var token = (await issued.Content.ReadFromJsonAsync<AccessToken>(ContractsJson.Options))!.Token;
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync($"{Routes.Streams}?access_token={token}")).StatusCode);
        await RefusedAsync(await server.Http.GetAsync($"{Routes.Streams}?access_token={token}"), "2 requests a minute");

        await using var open = await RunningServer.StartAsync(("Security:Limits:RequestsPerMinute", "1"));
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await open.Http.GetAsync(Routes.Streams)).StatusCode);
    }

    private static Task<RunningServer> StartAsync((string Name, string Value) limit) => RunningServer.StartAsync(
        [.. TestKeys.Settings(0, "a", Scope.All), .. TestKeys.Settings(1, "b", Scope.All), ($"Security:Limits:{limit.Name}", limit.Value)]);

    private static async Task<bool> OpensAsync(RunningServer server)
    {
        try
        {
            using var again = await MediaSender.ConnectAsync(server, "s2", TestKeys.QueryOf("a"));
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    private static Task<HttpResponseMessage> AskAsync(RunningServer server, string name) =>
        server.SendWithKeyAsync("GET", Routes.Streams, name);

    private static Task<HttpResponseMessage> SubmitAsync(RunningServer server) =>
        server.SendWithKeyAsync("POST", Routes.Score + "?job=true", "a", new ByteArrayContent([1, 2]));

    private static async Task RefusedAsync(HttpResponseMessage response, string limit)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Contains(limit, await ProblemAnswer.DetailOfAsync(response, FaultCodes.TooManyRequests), StringComparison.Ordinal);
        response.Dispose();
    }
}
