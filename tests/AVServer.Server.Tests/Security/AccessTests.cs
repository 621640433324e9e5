using System.Net;
using System.Net.WebSockets;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.DataProtection;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class AccessTests
{
    private const string Key = TestKeys.ApiKey;

    [Theory]
    [InlineData(Routes.Streams)]
    [InlineData(Routes.Models)]
    [InlineData(Routes.Keywords)]
    [InlineData(Routes.Events)]
    [InlineData(Routes.Metrics)]
    [InlineData(Routes.OpenApi)]
    [InlineData("/media/s")]
    [InlineData(Routes.EventsHub)]
    public async Task Route_without_the_key_is_closed(string route)
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        foreach (var query in (string[])["", "?access_token=wrong-horse-battery"])
        {
            using var response = await server.Http.GetAsync(route + query);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(FaultCodes.Unauthorized, await ProblemAnswer.CodeOfAsync(response));
        }
    }

    [Theory]
    [InlineData("X-Api-Key", Key, "")]
    [InlineData("Authorization", $"Bearer {Key}", "")]
    [InlineData("X-Other", "x", $"?access_token={Key}")]
    public async Task Key_opens_by_header_bearer_or_query(string header, string value, string query)
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Streams + query) { Headers = { { header, value } } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(Routes.HealthLive)]
    [InlineData(Routes.HealthReady)]
    public async Task Health_needs_no_key(string route)
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        using var response = await server.Http.GetAsync(route);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Sockets_need_the_key_and_no_log_line_holds_it()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        await Assert.ThrowsAsync<WebSocketException>(() => MediaSender.ConnectAsync(server, "s"));
        await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectAsync(server));

        using var sender = await MediaSender.OpenAsync(server, "s", $"?access_token={Key}&events=true");
        var (hub, _) = await HubClient.ConnectAsync(server, $"?access_token={Key}");
        await hub.DisposeAsync();
        await sender.SendTextAsync("""{"type":"end"}""");
        Assert.Equal(2, (await sender.ReceiveAllAsync()).Count);

        Assert.NotEmpty(server.Log.Lines);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(Key, StringComparison.Ordinal));
    }

    // What clients know: a change of the handler below must not show.
    [Theory]
    [InlineData("GET", Routes.Streams, "", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, "X-Api-Key: wrong-horse-battery", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, $"X-Api-Key: wrong-horse-battery | Authorization: Bearer {Key}", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, $"Authorization: Basic {Key}", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, $"Authorization: bearer {Key}", 200, null)]
    [InlineData("GET", $"{Routes.Streams}?access_token={Key}", "Authorization: Basic abc", 200, null)]
    [InlineData("GET", Routes.Streams + "?access_token=", "", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", $"{Routes.Streams}?access_token=a&access_token={Key}", "", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, "Origin: https://evil.example", 403, FaultCodes.ForbiddenOrigin)]
    [InlineData("GET", Routes.Streams, $"Origin: https://evil.example | X-Api-Key: {Key}", 403, FaultCodes.ForbiddenOrigin)]
    [InlineData("GET", Routes.Streams, "Origin: https://friend.example", 401, FaultCodes.Unauthorized)]
    [InlineData("GET", Routes.Streams, $"Origin: https://friend.example | X-Api-Key: {Key}", 200, null)]
    [InlineData("OPTIONS", Routes.Streams, "Origin: https://friend.example | Access-Control-Request-Method: GET", 204, null)]
    [InlineData("POST", Routes.EventsHub + "/negotiate?negotiateVersion=1", "", 401, FaultCodes.Unauthorized)]
    [InlineData("POST", $"{Routes.EventsHub}/negotiate?negotiateVersion=1&access_token={Key}", "", 200, null)]
    [InlineData("DELETE", Routes.Streams, "", 405, FaultCodes.BadRequest)]
    [InlineData("GET", "/api/nothing", "", 404, FaultCodes.NotFound)]
    public async Task Answer_to_each_kind_of_request_stays(string method, string route, string headers, int status, string? code)
    {
        await using var server = await RunningServer.StartAsync(
            ("Security:ApiKey", Key), ("Security:AllowedOrigins:0", "https://friend.example"));
        using var request = new HttpRequestMessage(new HttpMethod(method), route);
        foreach (var header in headers.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
            request.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(response.Headers.WwwAuthenticate);
        if (code is not null) Assert.Equal(code, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task Refusals_say_what_was_expected()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        using var noKey = await server.Http.GetAsync(Routes.Streams);
        Assert.StartsWith(
            """{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.2","title":"Unauthorized","status":401,"detail":"Expected a """
            + """key or token in the header X-Api-Key, as Bearer or as the query's access_token, got none or one that is not """
            + """taken.","code":"unauthorized","traceId":""",
            await noKey.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Streams) { Headers = { { "Origin", "https://evil.example" } } };
        using var foreign = await server.Http.SendAsync(request);
        Assert.StartsWith(
            """{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.4","title":"Forbidden","status":403,"detail":"Expected a """
            + """page of this server or of an origin under Security:AllowedOrigins, got another.","code":"forbiddenOrigin","traceId":""",
            await foreign.Content.ReadAsStringAsync());
        Assert.Equal("application/problem+json", noKey.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Authentication_brings_nothing_along_that_writes_keys_to_the_disk()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        Assert.Null(server.Part<IServiceProvider>().GetService(typeof(IDataProtectionProvider)));
    }

    [Theory]
    [InlineData("Server:Access:ApiKey", Key, "Security:ApiKey")]
    [InlineData("Server:Access:AllowedOrigins:0", "https://friend.example", "Security:AllowedOrigins")]
    public async Task Former_name_of_a_setting_stops_the_start_and_names_the_new_one(string setting, string value, string name)
    {
        var told = (await Assert.ThrowsAsync<SetupException>(() => RunningServer.StartAsync((setting, value)))).Message;
        Assert.StartsWith("Server:Access:", told, StringComparison.Ordinal);
        Assert.Contains(name, told, StringComparison.Ordinal);
    }
}
