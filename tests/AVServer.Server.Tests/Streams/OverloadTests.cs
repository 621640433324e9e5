using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Streams;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AVServer.Server.Tests.Streams;

/// <summary>A machine that is behind: its pipeline stands still while media comes.</summary>
[Trait("Category", "server")]
[Collection(nameof(ManyStreamsTests))]
public sealed class OverloadTests
{
    [Fact]
    public async Task New_streams_are_refused_while_the_open_ones_are_behind_and_taken_again_after()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxLag", "00:00:00.500"));
        using var accepted = await MediaSender.OpenAsync(server, "accepted", "?events=true");
        server.Pipeline.Pause();
        await accepted.SendAsync(0, "Word!!");
        await RunningServer.UntilAsync(() => !server.Part<Admission>().IsOpen, "the lag is beyond the bound");

        using var socket = await MediaSender.ConnectAsync(server, "socket");
        await socket.SendTextAsync(MediaSender.PcmHello);
        var fault = await socket.ReceiveAsync();
        Assert.Equal(FaultCodes.ServerBusy, fault?.GetProperty("code").GetString());
        await socket.ReceiveAllAsync();
        Assert.Equal(4503, (int?)socket.CloseStatus);

        using var body = new ByteArrayContent([1]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("video/webm") } };
        using var put = await server.Http.PutAsync("/media/put", body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, put.StatusCode);
        Assert.InRange(put.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("behind", await ProblemAnswer.DetailOfAsync(put, FaultCodes.ServerBusy), StringComparison.Ordinal);

        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_s16le", 16_000, 1));
        var refused = await Assert.ThrowsAsync<HubException>(
            () => hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "hub", hello, NoChunks()));
        Assert.Contains(FaultCodes.ServerBusy, refused.Message, StringComparison.Ordinal);

        using var ready = await server.Http.GetAsync(Routes.HealthReady);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.NotNull(ready.Headers.RetryAfter);
        await RunningServer.UntilAsync(() => server.Part<Admission>().Lag >= TimeSpan.FromSeconds(0.5), "the lag is at the bound");
        var behind = await Scrape.OfAsync(server);
        Assert.Equal((0, 3), (behind["avserver_streams_admitted"], behind["avserver_streams_refused_total"]));
        Assert.True(behind["avserver_streams_lag_seconds"] >= 0.5);
        Assert.Equal("accepted", Assert.Single(server.Registry.Streams).Id);   // the one that was taken goes on

        server.Pipeline.Resume();
        await RunningServer.UntilAsync(() => server.Part<Admission>().IsOpen, "the lag is worked off");
        using var next = await MediaSender.OpenAsync(server, "next");
        await accepted.SendTextAsync("""{"type":"end"}""");
        Assert.Contains(await accepted.ReceiveAllAsync(), e => e.GetProperty("type").GetString() == "wakeWord");
        await RunningServer.UntilAsync(() => server.Part<Admission>().IsOpen, "there are places again");
        var answer = JsonDocument.Parse(await server.Http.GetStringAsync(Routes.HealthReady)).RootElement;
        Assert.InRange(answer.GetProperty("lag").GetDouble(), 0, 0.5);
    }

    [Fact]
    public async Task Pipeline_is_warm_before_anybody_can_connect()
    {
        await using var server = await RunningServer.StartAsync(
            builder => builder.Services.AddHostedService<Connecting>());   // starts after those of the server, before the port opens
        Assert.True(server.Pipeline.IsWarm);
        Assert.True(server.Part<IEnumerable<IHostedService>>().OfType<Connecting>().Single().WasWarm);
    }

    [Fact]
    public async Task Streams_that_came_last_are_refused_after_all_where_the_machine_can_not_keep_up_with_them()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxLag", "00:00:00.500"));
        server.Pipeline.Pause();
        var senders = new List<MediaSender>();
        foreach (var name in (string[])["first", "second", "third"]) senders.Add(await MediaSender.OpenAsync(server, name));
        foreach (var sender in senders) await sender.SendAsync(0, "sound!");

        // The newest first, and never the last that is left, however long it takes.
        for (var i = 2; i > 0; i--)
        {
            Assert.Equal(FaultCodes.ServerBusy, (await senders[i].ReceiveAsync())?.GetProperty("code").GetString());
            await senders[i].ReceiveAllAsync();
            Assert.Equal(4503, (int?)senders[i].CloseStatus);
        }
        Assert.Equal("first", Assert.Single(server.Registry.Streams).Id);
        Assert.Equal(2, (await Scrape.OfAsync(server))["avserver_streams_refused_total"]);
        senders.ForEach(sender => sender.Dispose());
    }

    private sealed class Connecting(IStreamPipeline pipeline, IServer server) : IHostedService
    {
        public bool WasWarm { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var hasPort = server.Features.Get<IServerAddressesFeature>()!.Addresses.Any(
                address => !address.EndsWith(":0", StringComparison.Ordinal));
            WasWarm = ((FakePipeline)pipeline).IsWarm && !hasPort;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static async IAsyncEnumerable<MediaChunk> NoChunks()
    {
        await Task.CompletedTask;
        yield break;
    }
}
