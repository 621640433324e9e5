using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.Server.Tests.Streams;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Tests.Delivery;

/// <summary>Five hundred readers of one stream, half of them over the hub and half by server-sent events.</summary>
[Collection(nameof(ManyStreamsTests))]
[Trait("Category", "slow")]
public sealed class CrowdOfReadersTests
{
    private const int Readers = 490;
    private const int Stalled = 10;
    private const int MostWords = 300;
    private const long MostGrowth = 48 << 20;

    private static readonly string[] Words = ["wakeWord", "closed"];

    private long _received;

    [Fact]
    public async Task Ten_that_never_read_cost_the_others_no_word_and_nobody_waits()
    {
        await using var server = await RunningServer.StartAsync(
            SmallBuffers, ("Server:Limits:SubscriberQueue", "64"), ("Server:Limits:EventsKept", "16"));
        using var http = new HttpClient { BaseAddress = server.Address, Timeout = Timeout.InfiniteTimeSpan };
        using var narrow = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectNarrowAsync })
        {
            BaseAddress = server.Address,
            Timeout = Timeout.InfiniteTimeSpan
        };
        var connections = new List<HubConnection>();
        var responses = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < Stalled / 2; i++)
            {
                var (hub, valve) = await HubClient.ConnectAsync(server, http: narrow);
                connections.Add(hub);
                _ = await hub.StreamAsChannelAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter("s", ["telemetry", .. Words]));
                await RunningServer.UntilAsync(
                    () => server.Broker.SubscriberCount == connections.Count + responses.Count, "the stalled reader is there");
                valve.StopReading();
                responses.Add(
                    await narrow.GetAsync(
                        "/api/events?streamId=s&types=telemetry,wakeWord,closed", HttpCompletionOption.ResponseHeadersRead));
            }
            var reading = new List<Task<List<long>>>();
            for (var i = 0; i < Readers / 2; i++)
            {
                var (hub, _) = await HubClient.ConnectAsync(server);
                connections.Add(hub);
                reading.Add(ReadAsync(await hub.StreamAsChannelAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter("s", Words))));
                responses.Add(
                    await http.GetAsync("/api/events?streamId=s&types=wakeWord,closed", HttpCompletionOption.ResponseHeadersRead));
                reading.Add(ReadAsync(responses[^1]));
            }
            await RunningServer.UntilAsync(() => server.Broker.SubscriberCount == Readers + Stalled, "all readers are there");
            var before = GC.GetTotalMemory(forceFullCollection: true);

            var words = await SendUntilTheStalledAreLetGoAsync(server);

            var numbers = Enumerable.Range(2, words + 1).Select(i => (long)i).ToList();   // after "opened", up to and with "closed"
            foreach (var seen in await Task.WhenAll(reading).WaitAsync(TestTimeout.Longest)) Assert.Equal(numbers, seen);
            Assert.Equal(Stalled, server.Broker.SlowReadersEnded);
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.True(
                grown < MostGrowth,
                $"Expected at most {MostGrowth >> 20} MiB for what waits for {Stalled} stalled readers, got {grown >> 20}.");
        }
        finally
        {
            foreach (var response in responses) response.Dispose();
            await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        }
    }

    // Telemetry, which only the stalled ones asked for, fills whatever lies between them and the server; then words do.
    private async Task<int> SendUntilTheStalledAreLetGoAsync(RunningServer server)
    {
        using var sender = await MediaSender.OpenAsync(server, "s", "?telemetry=true");
        var (words, time) = (0, 0.0);
        while (server.Broker.SlowReadersEnded < Stalled && words < MostWords)
        {
            for (var i = 0; i < 100; i++) await sender.SendAsync(time += 0.08, "quiet!");
            await sender.SendAsync(time += 0.08, "Word!!");
            words++;
            await RunningServer.UntilAsync(
                () => Interlocked.Read(ref _received) == words * (long)Readers, $"word {words} has reached everyone who reads");
        }
        await sender.CloseAsync();
        return words;
    }

    private async Task<List<long>> ReadAsync(ChannelReader<StreamEvent> events)
    {
        var seen = new List<long>();
        await foreach (var happened in events.ReadAllAsync())
        {
            seen.Add(happened.Sequence);
            if (happened is ClosedEvent) break;
            Interlocked.Increment(ref _received);
        }
        return seen;
    }

    private async Task<List<long>> ReadAsync(HttpResponseMessage response)
    {
        var seen = new List<long>();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            var happened = JsonSerializer.Deserialize<StreamEvent>(line["data: ".Length..], ContractsJson.Options)!;
            seen.Add(happened.Sequence);
            if (happened is ClosedEvent) break;
            Interlocked.Increment(ref _received);
        }
        return seen;
    }

    // What the kernel holds for a reader who doesn't read grows to tens of megabytes at its usual size, at either end.
    private static async ValueTask<Stream> ConnectNarrowAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 << 10 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static void SmallBuffers(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = 16 << 10;
            return socket;
        });
    }
}
