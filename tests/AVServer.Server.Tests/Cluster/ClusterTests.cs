using System.Net;
using AVServer.Contracts;
using AVServer.Server.Cluster;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using static AVServer.Server.Tests.Cluster.ClusterNodes;

namespace AVServer.Server.Tests.Cluster;

/// <summary>Several nodes and one Redis: what was sent to one is given by all, once and in order.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task Reader_gets_from_any_node_what_happens_on_another_and_goes_on_on_a_third()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        await using var c = await StartAsync("c");
        await SendWordsAsync(a, "s", 1);
        var position = (await ReadAsync(b, EventCursor.Start, 3))[^1].Cursor!.Value;
        var reading = ReadAsync(b, position, 4);   // live, and before
        await SendWordsAsync(c, "s", 2);
        Assert.Equal(["opened 4", "wakeWord 5", "wakeWord 6", "closed 7"], Names(await reading));
        await SendWordsAsync(b, "s", 1);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (long)n), (await ReadAsync(a, EventCursor.Start, 10)).Select(e => e.Sequence));
        Assert.Equal(["wakeWord 6", "closed 7", "opened 8"], Names(await ReadAsync(c, position with { Sequence = 5 }, 3)));
        Assert.Single((await ReadAsync(c, EventCursor.Start, 10)).Select(e => e.Cursor!.Value.Epoch).Distinct());
    }

    [Fact]
    public async Task Readers_of_all_streams_hear_each_event_of_each_node_once()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        using var all = b.Broker.Subscribe(new EventFilter());
        await SendWordsAsync(a, "one", 1);
        await SendWordsAsync(b, "two", 1);
        await SendWordsAsync(a, "three", 1);
        var seen = await all.ReadAllAsync(TestTimeout.Token()).Take(9).ToListAsync();
        Assert.Equal(["one 1", "one 2", "one 3", "three 1", "three 2", "three 3", "two 1", "two 2", "two 3"],
            seen.Select(e => $"{e.StreamId} {e.Sequence}").Order());
    }

    [Fact]
    public async Task Stream_id_is_one_node_s_at_a_time_and_all_list_it()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        using (var sender = await MediaSender.OpenAsync(a, "s"))
        {
            using var second = await MediaSender.ConnectAsync(b, "s");
            await second.SendTextAsync(MediaSender.PcmHello);
            var fault = (await second.ReceiveAllAsync()).Single();
            Assert.Equal(FaultCodes.StreamBusy, fault.GetProperty("code").GetString());
            StreamSummary[] listed = [];
            await RunningServer.UntilAsync(() => (listed = ListAsync(b).GetAwaiter().GetResult()).Length > 0, "the other node lists it");
            Assert.Equal(("s", "a"), (listed[0].StreamId, listed[0].Node));
            using var closed = await b.Http.DeleteAsync($"{Routes.Streams}/s");
            Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
            await sender.ReceiveAllAsync();
        }
        using var moved = await MediaSender.OpenAsync(b, "s");
    }

    [Fact]
    public async Task Deleting_on_one_node_deletes_on_all()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        await SendWordsAsync(a, "s", 1);
        Assert.Equal(3, (await ReadAsync(b, EventCursor.Start, 3)).Count);
        using var deleted = await b.Http.DeleteAsync($"{Routes.EventHistory}?streamId=s");
        deleted.EnsureSuccessStatusCode();
        await SendWordsAsync(b, "s", 1);
        Assert.Equal(["lost 0", "opened 4", "wakeWord 5", "closed 6"], Names(await ReadAsync(a, EventCursor.Start, 4)));
    }

    [Fact]
    public async Task Memory_s_rules_trim_what_redis_keeps()
    {
        (string, string)[] few = [("Server:Limits:EventsKept", "2"), ("Server:Limits:WakeWordsKept", "5")];
        await using var a = await StartAsync("a", few);
        for (var i = 0; i < 10; i++) await SendWordsAsync(a, "s", 1);
        await using var b = await StartAsync("b", few);
        var seen = await ReadAsync(b, EventCursor.Start, 10);
        Assert.Equal(
            ["lost 0", "wakeWord 17", "wakeWord 20", "wakeWord 23", "opened 25", "wakeWord 26", "closed 27", "opened 28", "wakeWord 29",
                "closed 30"],
            Names(seen));
        Assert.Equal(24, ((LostEvent)seen[0]).To!.Value.Sequence);
        var entries = await a.Part<RedisConnection>().Database.StreamLengthAsync("avserver:e:s:wakeWord");
        Assert.InRange(entries, 5, 6);
    }

    private Task<RunningServer> StartAsync(string node, params (string Key, string Value)[] settings) =>
        ClusterNodes.StartAsync(_redis, node, settings);
}
