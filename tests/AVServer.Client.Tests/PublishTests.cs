using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Client.Tests;

[Trait("Category", "server")]
public sealed class PublishTests
{
    [Fact]
    public async Task Published_chunks_come_back_as_events_in_order()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var events = new List<StreamEvent>();
        var closed = await client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(50), events.Add);

        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), closed.Duration);
        Assert.Equal(Enumerable.Range(1, 52).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => TimeSpan.FromMilliseconds(100 * n)), events.OfType<WakeWordEvent>().Select(e => e.Start));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(10, 4)]
    public async Task Stream_that_ends_at_a_limit_goes_on_as_the_next_one_under_its_id_and_loses_no_media(int chunks, int parts)
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var events = new List<StreamEvent>();
        var closed = await client.PublishAsync("short", Sound.Hello, Sound.Chunks(chunks), events.Add);

        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.Equal(parts, events.OfType<OpenedEvent>().Count());
        Assert.Equal(parts - 1, events.OfType<FaultEvent>().Count(fault => fault.Code == FaultCodes.StreamLimit));
        Assert.Equal(
            Enumerable.Range(0, chunks).Select(n => TimeSpan.FromMilliseconds(100 * (n % 3))),
            events.OfType<WakeWordEvent>().Select(e => e.Start));
        // One log, one row of places: who reads the stream goes on over all its parts.
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Single(events.Select(e => e.Cursor!.Value.Epoch).Distinct());
    }

    [Fact]
    public async Task Container_that_ends_at_a_limit_is_told_how_to_go_on()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[1 << 20]);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.PublishFileAsync("short", media, "wav"));
        Assert.Equal(FaultCodes.StreamLimit, refused.Code);
        Assert.Contains("under the same id", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_with_a_wrong_hello_says_what_was_expected()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("kitchen", new MediaHello(MediaHello.CurrentProtocol, Audio: new AudioFormat(SampleRate: 100)), Sound.Chunks(1)));
        Assert.Equal(FaultCodes.BadHello, refused.Code);
        Assert.Contains("100", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_on_a_stream_in_use_is_refused_and_the_first_sender_goes_on()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var stop = new CancellationTokenSource();
        var heard = new TaskCompletionSource();
        var first = client.PublishAsync(
            "kitchen", Sound.Hello, Sound.ChunksThenWaiting(1), e => { if (e is WakeWordEvent) heard.TrySetResult(); }, cancellationToken: stop.Token);
        await heard.Task;

        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(1)));
        Assert.Equal(FaultCodes.StreamBusy, refused.Code);
        Assert.Equal("kitchen", Assert.Single(await client.GetStreamsAsync()).StreamId);
        Assert.False(first.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Fault_in_the_stream_stops_a_sender_who_waits_for_more_media()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.PublishAsync("kitchen", Sound.Hello, Sound.ChunksThenWaiting(1, bytes: 3)));
        Assert.Equal(FaultCodes.BadChunk, refused.Code);
        Assert.Contains("half a one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_without_a_server_is_unreachable()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ServerUnreachableException>(() => client.PublishAsync("kitchen", Sound.Hello, Sound.Chunks(1)));
    }
}
