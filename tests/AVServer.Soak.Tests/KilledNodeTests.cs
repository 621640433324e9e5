using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>Nodes of a cluster that end without a word, or one after the other.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class KilledNodeTests(SoakTable table)
{
    private const int Streams = 8;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Killed_node_loses_no_event_that_its_senders_were_given_and_another_goes_on_at_once()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await using var b = await StartAsync(redis, "b");
        using var reading = new Readers(b);
        var acknowledged = new ConcurrentDictionary<string, ConcurrentQueue<EventCursor>>();
        var open = Enumerable.Range(0, Streams).Select(async i =>
        {
            using var client = a.Client();
            var given = acknowledged.GetOrAdd(Name(i), _ => new());
            await client.PublishAsync(
                Name(i), RepeatedWord.Hello, RepeatedWord.Words(10_000), e => { if (e.Cursor is { } cursor) given.Enqueue(cursor); });
        }).ToList();
        await UntilAsync(() => acknowledged.Count == Streams && acknowledged.Values.All(given => given.Count >= 3));

        await a.KillAsync();
        var clock = Stopwatch.StartNew();
        foreach (var sending in open) await Assert.ThrowsAnyAsync<AVServerException>(() => sending);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(async i =>
        {
            using var client = b.Client();
            await client.PublishAsync(Name(i), RepeatedWord.Hello, RepeatedWord.Words(1));
        }));
        var back = clock.Elapsed;
        await reading.EndAsync(streamsClosed: 1);

        foreach (var (stream, seen) in reading.Seen)
        {
            Assert.DoesNotContain(seen, e => e is LostEvent);
            Assert.Empty(acknowledged[stream].Except(seen.Select(e => e.Cursor!.Value)));
            AssertOnceAndInOrder(seen);
        }
        table.Add(
            $"kill -9 of a node with {Streams} streams", "nothing that a sender was given", "its streams",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{acknowledged.Values.Sum(given => given.Count)} events, each once and in order on another node; senders back after "
                + $"{back.TotalSeconds:F1} s"));
    }

    [Fact]
    public async Task Nodes_that_are_restarted_one_after_the_other_lose_no_event()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await using var b = await StartAsync(redis, "b");
        await using var c = await StartAsync(redis, "c");
        ServerProcess[] nodes = [a, b, c];
        using var reading = new Readers(c);
        using var stop = new CancellationTokenSource();
        var parts = new int[Streams];
        // As behind a load balancer: whoever is sent away goes to the next.
        var sending = Enumerable.Range(0, Streams).Select(async i =>
        {
            for (var at = i; !stop.IsCancellationRequested; at++)
            {
                using var client = nodes[at % nodes.Length].Client();
                try
                {
                    await client.PublishAsync(Name(i), RepeatedWord.Hello, RepeatedWord.WordsThenWaiting(1, stop.Token));
                }
                catch (Exception exception) when (exception is AVServerException or OperationCanceledException)
                {
                    await Task.Delay(50);
                }
                parts[i]++;
            }
        }).ToList();
        foreach (var node in (ServerProcess[])[a, b])
        {
            var before = parts.Sum();
            await node.TerminateAsync();
            await node.RunAsync();
            await UntilAsync(() => parts.Sum() > before);
        }
        await stop.CancelAsync();
        await Task.WhenAll(sending);
        await reading.EndAsync(streamsClosed: 1);
        Assert.All(reading.Seen.Values, seen =>
        {
            Assert.DoesNotContain(seen, e => e is LostEvent);
            AssertOnceAndInOrder(seen);
            Assert.Single(seen.Select(e => e.Cursor!.Value.Epoch).Distinct());
            Assert.Equal(seen.Select((_, i) => (long)i + 1), seen.Select(e => e.Sequence));
        });
        table.Add(
            "restart of nodes one after the other", "nothing", "streams, for the moment until they are on another node",
            $"{reading.Seen.Values.Sum(seen => seen.Count)} events of {Streams} streams, numbered without gaps");
    }

    private static Task<ServerProcess> StartAsync(RedisServer redis, string node) => ServerProcess.StartAsync(
        "--Cluster:Redis", redis.Address, "--Cluster:Node", node, "--Cluster:LeaseTime", LeaseTime.ToString());

    private static string Name(int stream) => string.Create(CultureInfo.InvariantCulture, $"s{stream}");

    private static void AssertOnceAndInOrder(IReadOnlyList<StreamEvent> seen)
    {
        foreach (var (before, after) in seen.Zip(seen.Skip(1)))
            Assert.True(
                before.Cursor!.Value.Epoch == after.Cursor!.Value.Epoch
                    ? before.Sequence + 1 == after.Sequence
                    : string.CompareOrdinal(before.Cursor.Value.Epoch, after.Cursor.Value.Epoch) < 0 && after.Sequence == 1,
                $"{after.Cursor} came behind {before.Cursor}.");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var timeout = TestTimeout.Token(); !condition(); await Task.Delay(20, timeout)) { }
    }

    /// <summary>A reader of each stream, from its first event on.</summary>
    private sealed class Readers : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly AVServerClient _client;
        private readonly List<Task> _reading = [];

        public Readers(ServerProcess node)
        {
            _client = node.Client();
            for (var i = 0; i < Streams; i++)
            {
                var (stream, seen) = (Name(i), new List<StreamEvent>());
                Seen[stream] = seen;
                _reading.Add(Task.Run(async () =>
                {
                    await foreach (var happened in _client.SubscribeAsync(new EventFilter(stream, null, EventCursor.Start), _stop.Token))
                        lock (seen) seen.Add(happened);
                }));
            }
        }

        public Dictionary<string, List<StreamEvent>> Seen { get; } = [];

        /// <summary>Reads on until each stream has closed so often, and the last thing of each is that it did.</summary>
        public async Task EndAsync(int streamsClosed)
        {
            await UntilAsync(() => Seen.Values.All(seen =>
            {
                lock (seen) return seen.Count > 0 && seen[^1] is ClosedEvent && seen.OfType<ClosedEvent>().Count() >= streamsClosed;
            }));
            await _stop.CancelAsync();
            foreach (var reading in _reading) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        }

        public void Dispose()
        {
            _client.Dispose();
            _stop.Dispose();
        }
    }
}
