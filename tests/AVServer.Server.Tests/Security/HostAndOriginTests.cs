using System.Net;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class HostAndOriginTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1:9", true)]
    [InlineData("192.168.7.7:5080", true)]
    [InlineData("[::1]:5080", true)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST.:5080", true)]
    [InlineData("av.example.org", true)]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:5080", false)]
    [InlineData("av.example.org.evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    public async Task Host_must_be_an_address_or_a_name_of_this_server(string host, bool allowed)
    {
        await using var server = await RunningServer.StartAsync(("Security:Hosts:0", "av.example.org"));
        foreach (var route in (string[])["/", Routes.Streams, Routes.HealthLive, Routes.Metrics, "/api/nothing"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route) { Headers = { Host = host } };
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(allowed, response.StatusCode != HttpStatusCode.MisdirectedRequest);
            if (!allowed) Assert.Equal(FaultCodes.ForbiddenHost, await ProblemAnswer.CodeOfAsync(response));
        }
    }

    [Fact]
    public async Task Name_of_this_machine_is_a_host()
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Streams) { Headers = { Host = Environment.MachineName } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Page_whose_name_was_made_to_lead_here_opens_no_socket()
    {
        await using var server = await RunningServer.StartAsync();
        var port = server.Address.Port;
        await AssertAsync(server, $"http://evil.example:{port}", allowed: false, host: $"evil.example:{port}");
    }

    // A page says where it is from, and the caller to whom it speaks: that the two agree proves nothing.
    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("http://evil.example:{port}", false)]
    [InlineData("null", false)]
    [InlineData("https://friend.example", true)]
    [InlineData("http://friend.example", false)]
    [InlineData("https://127.0.0.1", false)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("http://localhost:3000", false)]
    [InlineData("http://192.0.2.1:{port}", false)]
    [InlineData("http://127.0.0.1:{port}", true)]
    [InlineData("https://127.0.0.1:{port}", true)]
    [InlineData("http://localhost:{port}", true)]
    [InlineData("http://[::1]:{port}", true)]
    [InlineData("https://av.example.org:{port}", true)]
    [InlineData("https://av.example.org", false)]
    [InlineData("ftp://127.0.0.1:{port}", false)]
    public async Task Page_of_another_origin_needs_to_be_named(string origin, bool allowed)
    {
        await using var server = await RunningServer.StartAsync(
            ("Security:AllowedOrigins:0", "https://friend.example"), ("Security:Hosts:0", "av.example.org"));
        await AssertAsync(server, origin.Replace("{port}", $"{server.Address.Port}"), allowed);
    }

    [Fact]
    public async Task Origin_that_equals_the_callers_host_is_not_the_servers_own_by_that()
    {
        await using var server = await RunningServer.StartAsync();
        await AssertAsync(server, "http://192.0.2.7:5080", allowed: false, host: "192.0.2.7:5080");
    }

    private static async Task AssertAsync(RunningServer server, string origin, bool allowed, string? host = null)
    {
        foreach (var route in (string[])[Routes.Streams, Routes.HealthLive])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route) { Headers = { { "Origin", origin } } };
            request.Headers.Host = host;
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(allowed, response.StatusCode == HttpStatusCode.OK);
            if (!allowed && host is null) Assert.Equal(FaultCodes.ForbiddenOrigin, await ProblemAnswer.CodeOfAsync(response));
        }
        using (var reading = new CancellationTokenSource())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Events) { Headers = { { "Origin", origin } } };
            request.Headers.Host = host;
            using var events = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, reading.Token);
            Assert.Equal(allowed, events.StatusCode == HttpStatusCode.OK);
            await reading.CancelAsync();
        }
        void Set(System.Net.WebSockets.ClientWebSocketOptions options)
        {
            options.SetRequestHeader("Origin", origin);
            if (host is not null) options.SetRequestHeader("Host", host);
        }
        var media = await Record.ExceptionAsync(async () => (await MediaSender.ConnectAsync(server, "s", options: Set)).Dispose());
        var hub = await Record.ExceptionAsync(async () => await (await HubClient.ConnectAsync(server, options: Set)).Hub.DisposeAsync());
        Assert.Equal(allowed, media is null);
        Assert.Equal(allowed, hub is null);
    }
}
