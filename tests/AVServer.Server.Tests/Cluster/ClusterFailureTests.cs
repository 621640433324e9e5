using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using static AVServer.Server.Tests.Cluster.ClusterNodes;

namespace AVServer.Server.Tests.Cluster;

/// <summary>Nodes that are thought dead, a Redis that goes away, comes back empty, or refuses.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterFailureTests
{
    [Fact]
    public async Task Node_that_is_thought_dead_loses_its_stream_and_appends_nothing_behind_who_took_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var b = await StartAsync(redis, "b");
        // Gives a sign each fifteen seconds: too seldom for the other.
        await using var a = await StartAsync(redis, "a", ("Cluster:LeaseTime", "00:01:00"));
        using var left = await MediaSender.OpenAsync(a, "s");
        await left.SendAsync(0.5, "Word!!");
        var live = ReadAsync(a, EventCursor.Start, 5);
        Assert.Equal(["opened 1", "wakeWord 2"], Names(await ReadAsync(b, EventCursor.Start, 2)));
        using var took = await MediaSender.OpenAsync(b, "s");
        await left.SendAsync(1.0, "Word!!");
        await left.ReceiveAllAsync();
        Assert.Equal(((WebSocketCloseStatus)4409, FaultCodes.StreamBusy), (left.CloseStatus, left.CloseReason));
        await took.SendAsync(0.5, "Word!!");
        // The word that the first node heard last is of no log, and that is told to all, once.
        Assert.Equal(["opened 1", "wakeWord 2", "opened 1", "wakeWord 2"], Names(await live).Where(name => name != "lost 0"));
        Assert.Single(await live, e => e is LostEvent);
        var seen = await ReadAsync(b, EventCursor.Start, 5);
        Assert.Equal(["lost 0", "opened 1", "wakeWord 2", "opened 1", "wakeWord 2"], Names(seen));
        Assert.Equal((LostReason.Restart, 0L), (((LostEvent)seen[0]).Reason, ((LostEvent)seen[0]).To!.Value.Sequence));
        Assert.Equal(2, seen.Skip(1).Select(e => e.Cursor!.Value.Epoch).Distinct().Count());
    }

    [Fact]
    public async Task Stream_of_a_node_that_is_thought_dead_goes_on_on_one_that_never_heard_of_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a", ("Cluster:LeaseTime", "00:01:00"));
        using var left = await MediaSender.OpenAsync(a, "s", "?events=true");
        await left.SendAsync(0.5, "Word!!");
        await ReceiveAsync(left, "wakeWord");
        await using var b = await StartAsync(redis, "b");
        using var took = await MediaSender.OpenAsync(b, "s", "?events=true");
        await took.SendAsync(0.5, "Word!!");
        await ReceiveAsync(took, "wakeWord");
        await using var c = await StartAsync(redis, "c");
        foreach (var node in (RunningServer[])[b, c])
        {
            var seen = await ReadAsync(node, EventCursor.Start, 4);
            // After a long silence it can't be told whether the node gave something alone.
            if (seen.Exists(e => e is LostEvent)) seen = await ReadAsync(node, EventCursor.Start, 5);
            Assert.Equal(["opened 1", "wakeWord 2", "opened 1", "wakeWord 2"], Names(seen.Where(e => e is not LostEvent)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redis_that_goes_away_holds_up_its_node_s_readers_for_moments_and_others_get_all_of_it_afterwards(bool isKept)
    {
        await using var redis = await RedisServer.StartAsync(isKept ? ["--appendonly", "yes", "--appendfsync", "always"] : []);
        await using var a = await StartAsync(redis, "a");
        await using var b = await StartAsync(redis, "b");
        using var sender = await MediaSender.OpenAsync(a, "s", "?events=true");
        await sender.SendAsync(0.5, "Word!!");
        await ReceiveAsync(sender, "wakeWord");
        using var reader = await OpenAsync(b, EventCursor.Start);
        var live = ReadAsync(reader, 4);

        await redis.StopAsync();
        await sender.SendAsync(1.0, "Word!!");
        await ReceiveAsync(sender, "wakeWord");
        using (var refused = await MediaSender.ConnectAsync(a, "other"))
        {
            await refused.SendTextAsync(MediaSender.PcmHello);
            Assert.Equal(FaultCodes.ServerBusy, (await refused.ReceiveAllAsync()).Single().GetProperty("code").GetString());
        }
        using (var cursor = await b.Http.GetAsync($"{Routes.Events}?streamId=s&after=0:0"))
            Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(cursor));
        var health = await a.Http.GetFromJsonAsync<JsonElement>(Routes.HealthReady);
        Assert.Contains("Redis", health.GetProperty("cluster").GetString(), StringComparison.Ordinal);

        await redis.StartAsync();
        await sender.SendAsync(1.5, "Word!!");
        await ReceiveAsync(sender, "wakeWord");
        string[] all = ["opened 1", "wakeWord 2", "wakeWord 3", "wakeWord 4"];
        Assert.Equal(all, Names(await live));
        await ConnectedAsync(b);
        Assert.Equal(all, Names(await ReadAsync(b, EventCursor.Start, 4)));
        await using var c = await StartAsync(redis, "c");
        Assert.Equal(all, Names(await ReadAsync(c, EventCursor.Start, 4)));
        await ConnectedAsync(a);
    }

    [Fact]
    public async Task Stream_that_ended_while_redis_was_away_is_given_back_when_it_answers()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        using (var sender = await MediaSender.OpenAsync(a, "s"))
        {
            await redis.StopAsync();
            await sender.CloseAsync();
        }
        // Its sender may come back to the same node at once: the stream is still its own.
        using (var again = await MediaSender.OpenAsync(a, "s")) await again.CloseAsync();
        await redis.StartAsync();
        await ConnectedAsync(a);
        await RunningServer.UntilAsync(() => a.Registry.Streams.Count == 0, "it has ended");
        await using var b = await StartAsync(redis, "b");
        await SendWordsAsync(b, "s", 1);
        Assert.Equal(
            ["opened 1", "closed 2", "opened 3", "closed 4", "opened 5", "wakeWord 6", "closed 7"],
            Names(await ReadAsync(a, EventCursor.Start, 7)));
    }

    [Fact]
    public async Task Reader_of_all_streams_is_told_that_it_may_have_missed_something_while_redis_was_away()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        using var all = a.Broker.Subscribe(new EventFilter());
        await redis.StopAsync();
        await redis.StartAsync();
        var lost = (LostEvent)await all.ReadAllAsync(TestTimeout.Token()).FirstAsync();
        Assert.Equal(LostReason.AllStreams, lost.Reason);
    }

    [Theory]
    [InlineData("192.0.2.7:6379", "Expected a password in Cluster:Redis for 192.0.2.7")]
    [InlineData("redis.lan", "Expected a password in Cluster:Redis for redis.lan")]
    [InlineData("password=x", "Expected Cluster:Redis with an address")]
    [InlineData("127.0.0.1:1,connectTimeout=abc", "Expected Cluster:Redis like")]
    [InlineData("127.0.0.1:1", "Expected Cluster:Redis to lead to a Redis")]
    public async Task Address_that_can_t_be_used_keeps_the_server_from_starting(string address, string sentence)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(("Cluster:Redis", address)));
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password=x", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--maxmemory 1kb", "Redis is full; raise its 'maxmemory'")]
    [InlineData("--requirepass secret", "Redis asks for another password")]
    [InlineData("--replicaof 127.0.0.1 1", "got a replica; name its primary")]
    public async Task Redis_that_refuses_keeps_the_server_from_starting(string settings, string sentence)
    {
        await using var redis = await RedisServer.StartAsync(settings.Split(' '));
        var fault = await Assert.ThrowsAsync<SetupException>(
            () => RunningServer.StartAsync(("Cluster:Redis", redis.Address + ",connectTimeout=1000")));
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
    }

    private static Task ConnectedAsync(RunningServer node) => RunningServer.UntilAsync(
        () => node.Http.GetFromJsonAsync<JsonElement>(Routes.HealthReady).GetAwaiter().GetResult()
            .GetProperty("cluster").GetString() == "connected",
        "the node says that it is connected");

    private static async Task ReceiveAsync(MediaSender sender, string type)
    {
        while (await sender.ReceiveAsync() is { } message)
            if (message.GetProperty("type").GetString() == type) return;
        Assert.Fail($"Expected {type}, got the end of the stream.");
    }
}
