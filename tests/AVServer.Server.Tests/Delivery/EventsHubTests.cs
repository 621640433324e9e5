using System.Text.Json;
using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Server.Tests.Delivery;

[Trait("Category", "server")]
public sealed class EventsHubTests
{
    private static readonly MediaHello Pcm = new(1, new AudioFormat());

    [Fact]
    public async Task Subscribe_streams_every_event_with_its_type()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var events = await SubscribeAsync(server, hub, new EventFilter("s"));
        await SendWordAsync(server, "s");
        Assert.Collection(
            await TakeAsync(events, 3),
            e => Assert.Equal("fake", Assert.IsType<OpenedEvent>(e).Models.Single().Name),
            e => Assert.Equal("computer", Assert.IsType<WakeWordEvent>(e).Keyword),
            e => Assert.Equal(3, Assert.IsType<ClosedEvent>(e).Sequence));
    }

    [Fact]
    public async Task Subscribe_passes_only_the_types_asked_for_of_all_streams()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var events = await SubscribeAsync(server, hub, new EventFilter(Types: ["wakeWord"]));
        await SendWordAsync(server, "a");
        await SendWordAsync(server, "b");
        Assert.Equal(["a", "b"], (await TakeAsync(events, 2)).Select(e => Assert.IsType<WakeWordEvent>(e).StreamId));
    }

    [Fact]
    public async Task Subscribe_after_a_number_resumes_without_gap_or_repeat()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        await SendWordAsync(server, "s");
        var events = await SubscribeAsync(server, hub, new EventFilter("s", After: server.Broker.Position("s") with { Sequence = 1 }));
        await SendWordAsync(server, "s");
        Assert.Equal([2, 3, 4, 5, 6], (await TakeAsync(events, 5)).Select(e => e.Sequence));
    }

    [Theory]
    [InlineData("""{"after":"e:3"}""", "Expected a stream id beside 'after'")]
    [InlineData(
        """{"streamId":"s","after":3}""",
        "after: Expected a cursor like '0198c1f2a3b47d51:17', as an event's 'cursor' tells it, or '0:0' for all that is kept; got '3'.")]
    [InlineData("""{"streamId":"s","after":"3"}""", "got '3'.")]
    [InlineData("""{"streamId":"s","after":{"epoch":"e"}}""", "got '{\"epoch\":\"e\"}'.")]
    [InlineData("""{"streamId":"s","types":["wakeword"]}""", "got wakeword")]
    [InlineData("""{"streamId":"ä"}""", "Expected a stream id of")]
    public async Task Subscribe_with_a_wrong_filter_says_what_is_wrong(string filter, string expected)
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var events = hub.StreamAsync<StreamEvent>(HubMethods.Subscribe, JsonDocument.Parse(filter).RootElement);
        var error = await Assert.ThrowsAsync<HubException>(async () => await events.FirstAsync());
        Assert.Contains(FaultCodes.BadRequest, error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData(HubMethods.Watch)]
    [InlineData(HubMethods.Position)]
    public async Task Watch_without_a_stream_is_refused(string method)
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        foreach (var none in new[] { null, "" })
        {
            var error = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync(method, none));
            Assert.Contains($"{FaultCodes.BadRequest}: Expected a stream id, got none", error.Message);
        }
        Assert.Equal(0, server.Broker.SubscriberCount);
    }

    [Fact]
    public async Task Watch_after_a_place_pushes_what_came_since_and_a_number_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var pushed = Channel.CreateBounded<StreamEvent>(100);
        hub.On<StreamEvent>(HubMethods.OnEvent, e => pushed.Writer.TryWrite(e));
        var position = await hub.InvokeAsync<EventCursor>(HubMethods.Position, "s");
        await SendWordAsync(server, "s");
        await hub.InvokeAsync(HubMethods.WatchAfter, "s", position);
        Assert.Equal([1, 2, 3], (await TakeAsync(pushed.Reader, 3)).Select(e => e.Sequence));
        var error = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync(HubMethods.WatchAfter, "s", 17));
        Assert.Contains("got '17'.", error.Message);
    }

    [Fact]
    public async Task Watch_pushes_events_until_unwatch()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var pushed = Channel.CreateBounded<StreamEvent>(100);
        hub.On<StreamEvent>(HubMethods.OnEvent, e => pushed.Writer.TryWrite(e));
        await hub.InvokeAsync(HubMethods.Watch, "s");
        await hub.InvokeAsync(HubMethods.Watch, "s");
        await SendWordAsync(server, "s");
        Assert.Equal([1, 2, 3], (await TakeAsync(pushed.Reader, 3)).Select(e => e.Sequence));

        await hub.InvokeAsync(HubMethods.Unwatch, "s");
        await hub.InvokeAsync(HubMethods.Watch, "t");
        await SendWordAsync(server, "s");
        await SendWordAsync(server, "t");
        Assert.All(await TakeAsync(pushed.Reader, 3), e => Assert.Equal("t", e.StreamId));
    }

    [Fact]
    public async Task Connection_that_goes_away_leaves_no_reader_behind()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await hub.InvokeAsync(HubMethods.Watch, "a");
        await hub.InvokeAsync(HubMethods.Watch, "b");
        _ = await SubscribeAsync(server, hub, new EventFilter("c"));
        Assert.Equal(3, server.Broker.SubscriberCount);
        await hub.DisposeAsync();
        await RunningServer.UntilAsync(() => server.Broker.SubscriberCount == 0, "all readers left");
        Assert.Equal(0, server.Broker.LogCount);
    }

    [Fact]
    public async Task Publish_sends_media_over_the_hub()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var events = await SubscribeAsync(server, hub, new EventFilter("s"));
        var closed = await hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "s", Pcm, Chunks("quiet!", "Word!!", new string('.', 40_000)));
        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.Equal(TimeSpan.FromSeconds(2), closed.Duration);
        Assert.IsType<WakeWordEvent>((await TakeAsync(events, 3))[1]);
    }

    [Fact]
    public async Task Publish_of_what_can_not_be_says_why_and_the_connection_lives_on()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxHubChunkBytes", "1024"));
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        await AssertErrorAsync(FaultCodes.BadHello, new MediaHello(9), "quiet!");
        await AssertErrorAsync(FaultCodes.BadChunk, Pcm, "odd");
        await AssertErrorAsync(FaultCodes.LimitExceeded, Pcm, new string('.', 1_100));
        Assert.Equal(CloseReason.Completed, (await hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "s", Pcm, Chunks("quiet!"))).Reason);

        async Task AssertErrorAsync(string code, MediaHello hello, params string[] payloads)
        {
            var error = await Assert.ThrowsAsync<HubException>(
                () => hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "s", hello, Chunks(payloads)));
            Assert.Contains(code, error.Message);
        }
    }

    [Fact]
    public async Task Publisher_that_goes_away_ends_its_stream_as_disconnected()
    {
        await using var server = await RunningServer.StartAsync();
        using var reading = server.Broker.Subscribe(new EventFilter("s"));
        var (hub, _) = await HubClient.ConnectAsync(server);
        _ = hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "s", Pcm, Endless());
        await RunningServer.UntilAsync(() => server.Pipeline.Heard > 3, "some chunks were heard");
        await hub.DisposeAsync();
        var last = await reading.ReadAllAsync().OfType<ClosedEvent>().FirstAsync();
        Assert.Equal(CloseReason.Disconnected, last.Reason);
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Reader_that_is_too_slow_is_ended_and_costs_others_nothing()
    {
        // What a stalled connection takes in before it blocks is a matter of socket buffers, so events are sent until the server lets go.
        await using var server = await RunningServer.StartAsync(
            ("Server:Limits:SubscriberQueue", "16"),
            ("Server:Limits:WakeWordsKept", "100000"),
            ("Server:Limits:WakeWordBytesKept", "1000000000"),
            ("Server:Limits:EventBytesKeptInAll", "1000000000"));
        var (slow, valve) = await HubClient.ConnectAsync(server);
        await using var slowConnection = slow;
        var slowEvents = await SubscribeAsync(server, slow, new EventFilter("s"));
        using var sender = await MediaSender.OpenAsync(server, "s");
        valve.StopReading();
        using var fast = server.Broker.Subscribe(new EventFilter("s", ["wakeWord"]));
        await using var fastEvents = fast.ReadAllAsync().GetAsyncEnumerator();
        for (var sent = 0; server.Broker.SlowReadersEnded == 0 && sent < 200_000; sent++)
        {
            await sender.SendAsync(0, "Word!!");
            Assert.True(await fastEvents.MoveNextAsync());
        }
        Assert.Equal(1, server.Broker.SlowReadersEnded);

        valve.GoOnReading();
        EventCursor? last = null;
        var error = await Assert.ThrowsAsync<HubException>(async () =>
        {
            await foreach (var streamEvent in slowEvents.ReadAllAsync()) last = AssertNext(last, streamEvent);
        });
        Assert.Contains($"{FaultCodes.ReaderTooSlow}: ", error.Message);
        Assert.Contains($"after={last}.", error.Message);

        var resumed = await SubscribeAsync(server, slow, new EventFilter("s", After: last));
        await sender.CloseAsync();
        await foreach (var streamEvent in resumed.ReadAllAsync())
        {
            last = AssertNext(last, streamEvent);
            if (streamEvent is ClosedEvent) break;
        }
    }

    private static EventCursor? AssertNext(EventCursor? last, StreamEvent streamEvent)
    {
        Assert.Equal((last?.Sequence ?? 0) + 1, streamEvent.Sequence);
        return streamEvent.Cursor;
    }

    // The server's side of a subscription exists only some time after the call was sent.
    private static async Task<ChannelReader<StreamEvent>> SubscribeAsync(RunningServer server, HubConnection hub, EventFilter filter)
    {
        var before = server.Broker.SubscriberCount;
        var events = await hub.StreamAsChannelAsync<StreamEvent>(HubMethods.Subscribe, filter);
        await RunningServer.UntilAsync(() => server.Broker.SubscriberCount > before, "the subscription is there");
        return events;
    }

    private static async Task SendWordAsync(RunningServer server, string streamId)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId);
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }

    private static async Task<List<StreamEvent>> TakeAsync(ChannelReader<StreamEvent> events, int count)
    {
        var timeout = TestTimeout.Token();
        var taken = new List<StreamEvent>();
        while (taken.Count < count) taken.Add(await events.ReadAsync(timeout));
        return taken;
    }

    private static async IAsyncEnumerable<MediaChunk> Chunks(params string[] payloads)
    {
        await Task.CompletedTask;
        for (var i = 0; i < payloads.Length; i++)
            yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds(i), System.Text.Encoding.ASCII.GetBytes(payloads[i]));
    }

    private static async IAsyncEnumerable<MediaChunk> Endless()
    {
        for (var i = 0; ; i++)
        {
            yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds(i), new byte[2]);
            await Task.Delay(5);
        }
    }
}
