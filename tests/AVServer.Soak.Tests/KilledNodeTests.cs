using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
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
    private const int Words = 400;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Killed_node_loses_no_event_that_its_senders_were_given_and_another_goes_on_at_once()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await using var b = await StartAsync(redis, "b");
        using var reading = new StreamReaders(b.Client(), Enumerable.Range(0, Streams).Select(Name));
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
        await reading.EndAsync();

        reading.AssertComplete(acknowledged);
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
        using var reading = new StreamReaders(c.Client(), Enumerable.Range(0, Streams).Select(Name));
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
        await reading.EndAsync();
        reading.AssertComplete();
        Assert.All(reading.Seen.Values, seen =>
        {
            Assert.Single(seen.Select(e => e.Cursor!.Value.Epoch).Distinct());
            Assert.Equal(seen.Select((_, i) => (long)i + 1), seen.Select(e => e.Sequence));
        });
        table.Add(
            "restart of nodes one after the other", "nothing", "streams, for the moment until they are on another node",
            $"{reading.Seen.Values.Sum(seen => seen.Count)} events of {Streams} streams, numbered without gaps");
    }

    [Fact]
    public async Task Job_of_a_node_that_is_killed_is_scored_by_another()
    {
        using var folder = new TemporaryFolder();
        await using var redis = await RedisServer.StartAsync();
        string[] settings = ["--Cluster:SharedFolder", folder.Path, "--Cluster:LeaseTime", "00:00:02"];
        await using var a = await StartAsync(redis, "a", settings);
        using var http = new HttpClient();
        using var file = new ByteArrayContent(RepeatedWord.Wav(Words));
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        using var taken = await http.PostAsync(new Uri(a.Address, Routes.Score + "?job=true"), file, TestTimeout.Token());
        var job = (await taken.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
        using (var client = a.Client()) await UntilAsync(async () => (await client.GetJobAsync(job.Id)).State != JobState.Queued);
        await a.KillAsync();
        var clock = Stopwatch.StartNew();
        await using var b = await StartAsync(redis, "b", settings);
        using var other = b.Client();
        await UntilAsync(async () => (job = await other.GetJobAsync(job.Id)).State is not (JobState.Queued or JobState.Running));
        Assert.Equal((JobState.Succeeded, "b", 2), (job.State, job.Node, job.Tries));
        Assert.Equal(Words, (await other.GetJobResultAsync(job.Id)).Events.OfType<WakeWordEvent>().Count());
        table.Add(
            "kill -9 of a node that works on a job", "nothing", "nothing",
            string.Create(CultureInfo.InvariantCulture, $"another scored it, {clock.Elapsed.TotalSeconds:F1} s later with its own start"));
    }

    private static Task<ServerProcess> StartAsync(RedisServer redis, string node, params string[] settings) => ServerProcess.StartAsync(
    [
        "--Cluster:Redis", redis.Address, "--Cluster:Node", node,
        .. settings.Contains("--Cluster:LeaseTime") ? [] : (string[])["--Cluster:LeaseTime", LeaseTime.ToString()], .. settings,
    ]);

    private static string Name(int stream) => string.Create(CultureInfo.InvariantCulture, $"s{stream}");

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var timeout = TestTimeout.Token(); !await condition(); await Task.Delay(20, timeout)) { }
    }
}
