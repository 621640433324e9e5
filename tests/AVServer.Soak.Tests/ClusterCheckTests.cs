using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>What <c>scripts/cluster.sh check</c> plays; it takes minutes, so that it runs when it is asked for.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class ClusterCheckTests
{
    private const int Streams = 6;
    private const int JobWords = 60;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(1);
    private static readonly string[] Names =
        [.. Enumerable.Range(0, Streams).Select(i => string.Create(CultureInfo.InvariantCulture, $"s{i}"))];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<EventCursor>> _acknowledged = new();
    private readonly ConcurrentDictionary<string, byte> _jobs = new();

    [Fact(Explicit = true)]
    public async Task Nodes_die_redis_restarts_and_goes_away_nodes_are_restarted_and_nothing_is_lost()
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await ClusterScript.StartAsync(
            "--Cluster:LeaseTime", LeaseTime.ToString(), "--Server:Limits:MaxLag", "00:10:00", "--Jobs:Kept", "10000",
            "--Jobs:Queued", "1000");
        try
        {
            await PlayAllAsync(cluster, clock);
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }

    private async Task PlayAllAsync(ClusterScript cluster, Stopwatch clock)
    {
        using var readers = new StreamReaders(ClientOf(cluster), Names);
        using var stop = new CancellationTokenSource();
        Task[] load = [.. Names.Select(name => SendAsync(cluster, name, stop.Token)), SubmitAsync(cluster, stop.Token)];
        await AllGoOnAsync(1);

        var killed = await PlayAsync("kill -9 of a node", () => cluster.DoAsync("kill", "node-1"));
        await cluster.DoAsync("start", "node-1");
        await AllGoOnAsync(3);

        var restarted = await PlayAsync("Redis killed and started", async () =>
        {
            await cluster.DoAsync("kill", "redis");
            await cluster.DoAsync("start", "redis");
        });
        await AllGoOnAsync(3);

        var without = Stopwatch.StartNew();
        var alone = await PlayAsync("Redis away", () => cluster.DoAsync("kill", "redis"));   // nodes go on by themselves
        await NodesSayThatRedisIsAwayAsync(cluster);
        var given = _acknowledged.Values.Sum(cursors => cursors.Count);
        await Task.Delay(Away > without.Elapsed ? Away - without.Elapsed : TimeSpan.Zero);
        given = _acknowledged.Values.Sum(cursors => cursors.Count) - given;
        await cluster.DoAsync("start", "redis");
        await AllGoOnAsync(3);

        var rolled = TimeSpan.Zero;
        foreach (var node in (string[])["node-1", "node-2", "node-3"])
            rolled += await PlayAsync($"{node} stopped and started", async () =>
            {
                await cluster.DoAsync("stop", node);
                await cluster.DoAsync("start", node);
            });

        await stop.CancelAsync();
        await Task.WhenAll(load);
        await readers.EndAsync();
        readers.AssertComplete(_acknowledged);
        var again = await AssertAllScoredAsync(cluster);
        await FiguresAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"3 nodes, {Streams} streams: {_acknowledged.Values.Sum(cursors => cursors.Count)} events acknowledged, 0 lost, each once "
            + $"and in order for its reader; {_jobs.Count} jobs taken, 0 lost, {again} of them begun again. All streams on after: "
            + $"kill -9 of a node {killed.TotalSeconds:F1} s, Redis restarted {restarted.TotalSeconds:F1} s, Redis away "
            + $"{alone.TotalSeconds:F1} s ({given} events given while it was, for {Away.TotalSeconds:F0} s); three nodes restarted in "
            + $"{rolled.TotalSeconds:F1} s. {clock.Elapsed.TotalSeconds:F0} s in all"));
    }

    private static AVServerClient ClientOf(ClusterScript cluster, TimeSpan? patience = null) => new(
        new AVServerClientOptions(cluster.Address())
        {
            FirstReconnectDelay = TimeSpan.FromMilliseconds(50),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
            BusyTimeout = patience ?? TimeSpan.FromMinutes(1),
        });

    // Until each stream's sender was given so many more events than now.
    private async Task AllGoOnAsync(int events)
    {
        var before = Names.ToDictionary(name => name, name => CountOf(name));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TestTimeout.Longest; await Task.Delay(20))
            if (Names.All(name => CountOf(name) >= before[name] + events)) return;
        Assert.Fail($"These streams stand still: {string.Join(", ", Names.Where(name => CountOf(name) < before[name] + events))}.");
    }

    private int CountOf(string stream) => _acknowledged.TryGetValue(stream, out var given) ? given.Count : 0;

    private async Task<TimeSpan> PlayAsync(string name, Func<Task> failure)
    {
        var clock = Stopwatch.StartNew();
        await failure();
        await AllGoOnAsync(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: all streams on after {clock.Elapsed.TotalSeconds:F1} s"));
        return clock.Elapsed;
    }

    // Four times as fast as it is spoken: a word a second.
    private static async IAsyncEnumerable<MediaChunk> PacedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in RepeatedWord.Words(int.MaxValue, cancellationToken))
        {
            yield return chunk;
            await Task.Delay(20, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(ClusterScript cluster, string stream, CancellationToken stop)
    {
        var given = _acknowledged.GetOrAdd(stream, _ => new());
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = ClientOf(cluster);
                await client.PublishAsync(
                    stream, RepeatedWord.Hello, PacedAsync(stop), e => { if (e.Cursor is { } cursor) given.Enqueue(cursor); },
                    cancellationToken: CancellationToken.None);   // the media's end is the stream's
            }
            catch (AVServerException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private async Task SubmitAsync(ClusterScript cluster, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = cluster.Address() };
        var wav = RepeatedWord.Wav(JobWords);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var file = new ByteArrayContent(wav) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
                using var answer = await http.PostAsync(
                    new Uri(Routes.Score + "?job=true", UriKind.Relative), file, CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                    _jobs[(await answer.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options, CancellationToken.None))!.Id] = 0;
            }
            catch (HttpRequestException)
            {
                // Not taken, so not promised.
            }
            await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task NodesSayThatRedisIsAwayAsync(ClusterScript cluster)
    {
        using var http = new HttpClient();
        for (var node = 1; node <= 3; node++)
        {
            var health = await http.GetFromJsonAsync<JsonElement>(new Uri(cluster.Address(node), Routes.HealthReady), TestTimeout.Token());
            Assert.Contains("Redis", health.GetProperty("cluster").GetString(), StringComparison.Ordinal);
        }
        using var client = ClientOf(cluster, TimeSpan.FromMilliseconds(1));
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("other", RepeatedWord.Hello, RepeatedWord.Words(1), cancellationToken: TestTimeout.Token()));
        Assert.Equal(FaultCodes.ServerBusy, refused.Code);
    }

    private async Task<int> AssertAllScoredAsync(ClusterScript cluster)
    {
        using var client = ClientOf(cluster);
        var again = 0;
        foreach (var id in _jobs.Keys)
        {
            JobStatus job;
            for (var timeout = TestTimeout.Token(); (job = await client.GetJobAsync(id)).State is JobState.Queued or JobState.Running;)
                await Task.Delay(50, timeout);
            Assert.Equal(JobState.Succeeded, job.State);
            Assert.Equal(JobWords, (await client.GetJobResultAsync(id)).Events.OfType<WakeWordEvent>().Count());
            if (job.Tries > 1) again++;
        }
        return again;
    }

    private static async Task FiguresAsync(string figures)
    {
        Console.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("AVSERVER_CLUSTER_FIGURES") is { Length: > 0 } path)
            await File.WriteAllTextAsync(path, figures + "\n");
    }
}
