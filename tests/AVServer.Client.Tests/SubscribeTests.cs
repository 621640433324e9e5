using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Client.Tests;

[Trait("Category", "server")]
public sealed class SubscribeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Subscription_of_one_stream_begins_after_the_number_that_it_names()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(3));
        using var limit = new CancellationTokenSource(Patience);

        var numbers = new List<long>();
        await foreach (var streamEvent in client.SubscribeAsync(new EventFilter("kitchen", After: 2), limit.Token))
        {
            numbers.Add(streamEvent.Sequence);
            if (streamEvent is ClosedEvent) break;
        }
        Assert.Equal([3, 4, 5], numbers);
    }

    [Fact]
    public async Task Subscription_goes_on_over_a_restart_and_repeats_nothing()
    {
        await using var server = await EchoServer.StartAsync();
        var reconnected = 0;
        using var client = new AVServerClient(
            new AVServerClientOptions(server.Address) { FirstReconnectDelay = TimeSpan.FromMilliseconds(20), Reconnecting = _ => reconnected++ });
        using var limit = new CancellationTokenSource(Patience);
        await using var events = client.SubscribeAsync(new EventFilter("kitchen", After: 0), limit.Token).GetAsyncEnumerator(limit.Token);

        foreach (var chunks in new[] { 2, 3 })
        {
            await client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(chunks), cancellationToken: limit.Token);
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
        using var limit = new CancellationTokenSource(Patience);
        await using var pushed = client.WatchAsync("kitchen", limit.Token).GetAsyncEnumerator(limit.Token);
        var next = pushed.MoveNextAsync().AsTask();

        // A watch begins at some moment after it was asked for: say the word until it is heard.
        while (!next.IsCompleted) await client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(1), cancellationToken: limit.Token);
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
        await using var events = client.SubscribeAsync(new EventFilter("kitchen", After: 0), stop.Token).GetAsyncEnumerator(stop.Token);
        await client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(0));
        Assert.True(await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());
        var next = events.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
