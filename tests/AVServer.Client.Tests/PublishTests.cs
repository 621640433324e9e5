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
        var closed = await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(50), events.Add);

        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), closed.Duration);
        Assert.Equal(Enumerable.Range(1, 52).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 50).Select(n => TimeSpan.FromMilliseconds(100 * n)), events.OfType<WakeWordEvent>().Select(e => e.Start));
    }

    [Theory]
    [InlineData("short", FaultCodes.StreamLimit, 3, 1)]
    [InlineData("short", FaultCodes.StreamLimit, 10, 4)]
    [InlineData("crowded", FaultCodes.ServerBusy, 10, 4)]
    public async Task Stream_that_ends_at_a_limit_or_for_want_of_room_goes_on_under_its_id_and_loses_no_media(
        string streamId, string code, int chunks, int parts)
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(Hasty(server.Address));
        var events = new List<StreamEvent>();
        var closed = await client.PublishAsync(streamId, SilentSound.Hello, SilentSound.Chunks(chunks), events.Add);

        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.Equal(parts, events.OfType<OpenedEvent>().Count());
        Assert.Equal(parts - 1, events.OfType<FaultEvent>().Count(fault => fault.Code == code));
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
            () => client.PublishAsync(
                "kitchen", new MediaHello(MediaHello.CurrentProtocol, Audio: new AudioFormat(SampleRate: 100)), SilentSound.Chunks(1)));
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
            "kitchen", SilentSound.Hello, SilentSound.ChunksThenWaiting(1), e => { if (e is WakeWordEvent) heard.TrySetResult(); },
            cancellationToken: stop.Token);
        await heard.Task;

        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1)));
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
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.ChunksThenWaiting(1, bytes: 3)));
        Assert.Equal(FaultCodes.BadChunk, refused.Code);
        Assert.Contains("half a one", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sender_for_whom_there_is_no_room_waits_until_there_is(bool isContainer)
    {
        await using var server = await EchoServer.StartAsync(("Server:Limits:MaxStreams", "1"));
        using var stop = new CancellationTokenSource();
        using var first = new AVServerClient(server.Address);
        var opened = new TaskCompletionSource();
        var holder = first.PublishAsync(
            "first", SilentSound.Hello, SilentSound.ChunksThenWaiting(1), e => { if (e is WakeWordEvent) opened.TrySetResult(); },
                cancellationToken: stop.Token);
        await opened.Task;

        var refusals = new List<string>();
        using var client = new AVServerClient(Hasty(server.Address) with
        {
            Reconnecting = refused =>
            {
                refusals.Add(((ServerRefusedException)refused.InnerException!).Code);
                stop.Cancel();
            },
        });
        var events = new List<StreamEvent>();
        using var media = new MemoryStream(new byte[1_000]);
        var closed = isContainer ? await client.PublishFileAsync("second", media, "wav", events.Add)
            : await client.PublishAsync("second", SilentSound.Hello, SilentSound.Chunks(5), events.Add);
        Assert.Equal(CloseReason.Completed, closed.Reason);
        Assert.All(refusals, code => Assert.Equal(FaultCodes.ServerBusy, code));
        Assert.NotEmpty(refusals);
        if (!isContainer) Assert.Equal(Enumerable.Range(0, 5).Select(n => TimeSpan.FromMilliseconds(100 * n)),
            events.OfType<WakeWordEvent>().Select(e => e.Start));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
    }

    [Fact]
    public async Task Sender_without_patience_is_told_that_there_is_no_room()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(Hasty(server.Address) with { BusyTimeout = TimeSpan.Zero });
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("crowded", SilentSound.Hello, SilentSound.Chunks(10)));
        Assert.Equal(FaultCodes.ServerBusy, refused.Code);
    }

    [Fact]
    public async Task Publish_without_a_server_is_unreachable()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ServerUnreachableException>(
            () => client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1)));
    }

    private static AVServerClientOptions Hasty(Uri address) => new(address)
    {
        FirstReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
    };
}
