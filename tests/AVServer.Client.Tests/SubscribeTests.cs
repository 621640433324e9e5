using AVServer.Client.Tests.Kit;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Client.Tests;

[Trait("Category", "server")]
public sealed class SubscribeTests
{
    [Fact]
    public async Task Subscription_of_one_stream_begins_after_the_place_that_it_names()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var events = new List<StreamEvent>();
        await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(3), events.Add);
        using var limit = new CancellationTokenSource(TestTimeout.Longest);

        var numbers = new List<long>();
        await foreach (var streamEvent in client.SubscribeAsync(new EventFilter("kitchen", After: events[1].Cursor), limit.Token))
        {
            numbers.Add(streamEvent.Sequence);
            if (streamEvent is ClosedEvent) break;
        }
        Assert.Equal([3, 4, 5], numbers);
    }

    [Fact]
    public async Task Subscription_goes_on_over_a_restart_and_is_told_that_what_it_may_have_missed_is_gone()
    {
        await using var server = await EchoServer.StartAsync();
        var reconnected = 0;
        using var client = new AVServerClient(
            new AVServerClientOptions(server.Address)
            {
                FirstReconnectDelay = TimeSpan.FromMilliseconds(20),
                Reconnecting = _ => reconnected++
            });
        using var limit = new CancellationTokenSource(TestTimeout.Longest);
        var kept = new EventFilter("kitchen", After: EventCursor.Start);
        await using var events = client.SubscribeAsync(kept, limit.Token).GetAsyncEnumerator(limit.Token);

        foreach (var chunks in new[] { 2, 3 })
        {
            await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(chunks), cancellationToken: limit.Token);
            if (chunks == 3)
            {
                Assert.True(await events.MoveNextAsync());
                var lost = Assert.IsType<LostEvent>(events.Current);
                Assert.Equal((LostReason.Restart, 4L), (lost.Reason, lost.From!.Value.Sequence));
            }
            var numbers = new List<long>();
            while (await events.MoveNextAsync())
            {
                numbers.Add(events.Current.Sequence);
                if (events.Current is ClosedEvent) break;
            }
            Assert.Equal(Enumerable.Range(1, chunks + 2).Select(n => (long)n), numbers);   // a new server counts anew
            await server.RestartAsync();
        }
        Assert.True(reconnected > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_with_history_gives_everything_once_whatever_happens_to_it(bool watches)
    {
        using var folder = new TemporaryFolder();
        await using var server = await EchoServer.StartAsync(
            ("History:Provider", "sqlite"), ("History:Path", Path.Combine(folder.Path, "history.db")));
        var options = new AVServerClientOptions(server.Address) { FirstReconnectDelay = TimeSpan.FromMilliseconds(20) };
        using var client = new AVServerClient(options);
        using var limit = new CancellationTokenSource(TestTimeout.Longest);
        var reading = watches ? client.WatchAsync("kitchen", limit.Token) : client.SubscribeAsync(new EventFilter("kitchen"), limit.Token);
        await using var events = reading.GetAsyncEnumerator(limit.Token);
        var next = events.MoveNextAsync().AsTask();
        await server.ReadersAsync(1);
        for (var round = 0; round < 3; round++)
        {
            if (round > 0) await server.RestartAsync();   // and at once the next stream: the reader is still away
            await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(2), cancellationToken: limit.Token);
            for (var number = 1; number <= 4; number++)
            {
                Assert.True(await next);
                Assert.False(events.Current is LostEvent, $"Expected nothing lost, got {events.Current}.");
                Assert.Equal(number, events.Current.Sequence);
                next = events.MoveNextAsync().AsTask();
            }
        }
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Subscription_of_all_streams_is_told_after_each_lost_connection()
    {
        await using var server = await EchoServer.StartAsync();
        var options = new AVServerClientOptions(server.Address) { FirstReconnectDelay = TimeSpan.FromMilliseconds(20) };
        using var client = new AVServerClient(options);
        using var limit = new CancellationTokenSource(TestTimeout.Longest);
        await using var events = client.SubscribeAsync(new EventFilter(), limit.Token).GetAsyncEnumerator(limit.Token);
        var next = events.MoveNextAsync().AsTask();
        await server.ReadersAsync(1);
        await server.RestartAsync();
        Assert.True(await next);
        Assert.Equal(LostReason.AllStreams, Assert.IsType<LostEvent>(events.Current).Reason);
    }

    [Fact]
    public async Task Unknown_type_in_a_filter_is_refused_with_a_code()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(async () =>
        {
            await foreach (var _ in client.SubscribeAsync(new EventFilter(Types: ["thunder"]))) ;
        });
        Assert.Equal(FaultCodes.BadRequest, refused.Code);
    }

    [Fact]
    public async Task Watched_stream_is_pushed()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var limit = new CancellationTokenSource(TestTimeout.Longest);
        await using var pushed = client.WatchAsync("kitchen", limit.Token).GetAsyncEnumerator(limit.Token);
        var next = pushed.MoveNextAsync().AsTask();

        // A watch begins at some moment after it was asked for: say the word until it is heard.
        while (!next.IsCompleted)
            await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1), cancellationToken: limit.Token);
        Assert.True(await next);
        Assert.Equal("kitchen", pushed.Current.StreamId);
    }

    [Fact]
    public async Task Subscription_without_a_server_is_unreachable()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ServerUnreachableException>(async () =>
        {
            await foreach (var _ in client.SubscribeAsync(new EventFilter())) ;
        });
    }

    [Fact]
    public async Task Cancelled_subscription_ends_with_a_cancellation()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var stop = new CancellationTokenSource();
        var kept = new EventFilter("kitchen", After: EventCursor.Start);
        await using var events = client.SubscribeAsync(kept, stop.Token).GetAsyncEnumerator(stop.Token);
        await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(0));
        Assert.True(await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());
        var next = events.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
