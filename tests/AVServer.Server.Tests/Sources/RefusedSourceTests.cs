using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.Http;

namespace AVServer.Server.Tests.Sources;

/// <summary>What can't or may not be pulled is refused, and told why.</summary>
[Trait("Category", "server")]
public sealed class RefusedSourceTests
{
    [Fact]
    public async Task Request_that_can_not_be_is_refused_with_what_was_expected()
    {
        await using var server = await PullingServer.StartAsync(("Pull:MaxSources", "0"));
        var ftp = await server.RefusedAsync(new SourceRequest("s", "ftp://a/b"), FaultCodes.BadRequest);
        Assert.Contains("'ftp'", ftp, StringComparison.Ordinal);
        foreach (var url in (string[])["", "camera", "file:///etc/passwd", "/etc/passwd", "http://", "rtsp:///x"])
            await server.RefusedAsync(new SourceRequest("s", url), FaultCodes.BadRequest);
        await server.RefusedAsync(new SourceRequest("-s", "http://example.org/"), FaultCodes.BadRequest);
        await server.RefusedAsync(new SourceRequest("s", "http://example.org/", Sound: false), FaultCodes.BadRequest);
        await server.RefusedAsync(new SourceRequest("s", "http://example.org/", Words: ["!"]), FaultCodes.UnknownModel);
        Assert.Contains(
            "Pull:MaxSources", await server.RefusedAsync(new SourceRequest("s", "http://example.org/"), FaultCodes.LimitExceeded),
            StringComparison.Ordinal);
        foreach (var body in (string[])["no JSON", "null", "{}", """{"streamId":"s"}"""])
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(server, body, "application/json")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(server, "{}", "text/plain")).StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("rtsp://127.0.0.1:{0}/")]
    [InlineData("rtsp://localhost:{0}/")]
    [InlineData("rtmp://127.0.0.1:{0}/live/x")]
    [InlineData("rtmps://10.1.2.3/live/x")]
    [InlineData("https://169.254.169.254/latest")]
    public async Task Address_of_this_machine_or_its_network_is_not_pulled_from(string url)
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync(("Pull:AllowedNetworks:0", "198.51.100.0/24"));
        var told = await server.RefusedAsync(
            new SourceRequest("s", string.Format(null, url, new Uri(media.Url).Port)), FaultCodes.ForbiddenAddress);
        Assert.Contains("Pull:AllowedNetworks", told, StringComparison.Ordinal);
        Assert.Equal(0, media.Requests);
    }

    [Fact]
    public async Task Redirection_inward_is_not_followed()
    {
        await using var inside = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var outside = await MediaServer.StartAsync(
            context =>
            {
                context.Response.Redirect(inside.Url);
                return Task.CompletedTask;
            },
            "127.0.0.2");
        await using var server = await PullingServer.StartAsync(("Pull:AllowedNetworks:0", "127.0.0.2/32"));
        await server.RefusedAsync(new SourceRequest("s", outside.Url), FaultCodes.ForbiddenAddress);
        Assert.Equal((1, 0), (outside.Requests, inside.Requests));
    }

    [Fact]
    public async Task Redirection_to_where_it_may_is_followed_but_not_without_end()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var away = await MediaServer.StartAsync(context =>
        {
            context.Response.Redirect(context.Request.Path == "/round" ? "/round" : media.Url);
            return Task.CompletedTask;
        });
        await using var server = await PullingServer.StartAsync();
        await server.AddedAsync(new SourceRequest("s", away.Url));
        await server.RefusedAsync(new SourceRequest("t", away.Url + "round"), FaultCodes.SourceUnreachable);
    }

    [Fact]
    public async Task Redirection_by_rtsp_is_not_followed()
    {
        await using var inside = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        using var outside = new TcpListener(IPAddress.Loopback, 0);
        outside.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await outside.AcceptTcpClientAsync();
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[20]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.1:{new Uri(inside.Url).Port}/x\r\n\r\n"));
            await stream.ReadAtLeastAsync(new byte[1_000], 1, throwOnEndOfStream: false);   // until it is left
        });
        await using var server = await PullingServer.StartAsync();
        await server.RefusedAsync(new SourceRequest("s", $"rtsp://{outside.LocalEndpoint}/x"), FaultCodes.ForbiddenAddress);
        await answering;
        Assert.Equal(0, inside.Requests);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("rtsp")]
    [InlineData("rtmp")]
    [InlineData("https")]
    public async Task Peer_that_never_answers_is_given_up(string scheme)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = await PullingServer.StartAsync(("Pull:AnswerTimeout", "00:00:00.300"), ("Pull:MediaTimeout", "00:00:01"));
        var told = await server.RefusedAsync(
            new SourceRequest("s", $"{scheme}://{silent.LocalEndpoint}/live/x"), FaultCodes.SourceUnreachable);
        Assert.Matches("within (0.3|1) s, got none", told);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told()
    {
        await using var server = await PullingServer.StartAsync();
        foreach (var scheme in (string[])["http", "rtsp", "rtmp"])
            Assert.Contains(
                "ConnectionRefused",
                await server.RefusedAsync(new SourceRequest("s", $"{scheme}://127.0.0.1:1/live/x"), FaultCodes.SourceUnreachable),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_without_media_is_told()
    {
        await using var media = await MediaServer.StartAsync(async context =>
        {
            var path = context.Request.Path.Value!;
            if (path == "/none") context.Response.StatusCode = StatusCodes.Status404NotFound;
            if (path == "/playlist") await context.Response.WriteAsync("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n");
            var endless = path switch { "/text" => "no media at all "u8.ToArray(), "/empty" => EmptyPackets(), _ => null };
            while (endless is not null)
            {
                await context.Response.Body.WriteAsync(endless, context.RequestAborted);
                await Task.Delay(1, context.RequestAborted);
            }
        });
        await using var server = await PullingServer.StartAsync(("Pull:MediaTimeout", "00:00:02"));
        Assert.Contains("404", await RefusedAsync("none", FaultCodes.SourceUnreachable), StringComparison.Ordinal);
        Assert.Contains("playlist", await RefusedAsync("playlist", FaultCodes.UnsupportedMedia), StringComparison.Ordinal);
        await RefusedAsync("empty", FaultCodes.SourceUnreachable);   // packets without end, and nothing in them
        await RefusedAsync("text", FaultCodes.SourceUnreachable);

        Task<string> RefusedAsync(string path, string code) => server.RefusedAsync(new SourceRequest("s", media.Url + path), code);
    }

    [Fact]
    public async Task Track_that_is_wanted_and_not_there_is_told()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync();
        await server.RefusedAsync(new SourceRequest("s", media.Url, Sound: false, Pictures: true), FaultCodes.Undecodable);
    }

    [Fact]
    public async Task Stream_id_and_place_are_taken_once()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync(("Pull:MaxSources", "2"));
        using var sender = await MediaSender.OpenAsync(server.Server, "sent");
        await server.RefusedAsync(new SourceRequest("sent", media.Url), FaultCodes.StreamBusy);
        await server.AddedAsync(new SourceRequest("a", media.Url));
        await server.RefusedAsync(new SourceRequest("a", media.Url), FaultCodes.StreamBusy);
        await server.AddedAsync(new SourceRequest("b", media.Url));
        await server.RefusedAsync(new SourceRequest("c", media.Url), FaultCodes.LimitExceeded);
        using var ended = await server.Server.Http.DeleteAsync($"{Routes.Sources}/a");
        await server.AddedAsync(new SourceRequest("c", media.Url));
    }

    [Fact]
    public async Task Key_may_pull_onto_its_own_streams_alone()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync(
            [.. TestKeys.Settings(0, "kitchen", [Scope.Publish, Scope.Subscribe], "kitchen*"), ("Security:Limits:Streams", "1")]);
        Assert.Equal(HttpStatusCode.Forbidden, await AddAsync("hall"));
        Assert.Equal(HttpStatusCode.Created, await AddAsync("kitchen-1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AddAsync("kitchen-2"));
        using var other = await server.Server.SendWithKeyAsync("DELETE", $"{Routes.Sources}/hall", "kitchen");
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        using var own = await server.Server.SendWithKeyAsync("DELETE", $"{Routes.Sources}/kitchen-1", "kitchen");
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        Assert.Equal(HttpStatusCode.Created, await AddAsync("kitchen-2"));

        async Task<HttpStatusCode> AddAsync(string streamId)
        {
            using var body = JsonContent.Create(new SourceRequest(streamId, media.Url), options: ContractsJson.Options);
            using var response = await server.Server.SendWithKeyAsync("POST", Routes.Streams, "kitchen", body);
            return response.StatusCode;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(PullingServer server, string body, string type)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse(type));
        return await server.Server.Http.PostAsync(Routes.Streams, content);
    }

    // Of a transport stream: what fills it where there is nothing to send.
    private static byte[] EmptyPackets() =>
        [.. Enumerable.Repeat<byte[]>([0x47, 0x1F, 0xFF, 0x10, .. Enumerable.Repeat((byte)0xFF, 184)], 8).SelectMany(packet => packet)];
}
