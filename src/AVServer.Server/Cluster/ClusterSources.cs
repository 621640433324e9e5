using System.Collections.Concurrent;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Sources;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// Keeps each source pulled by one node: the one that it was given to, and another when that one stops or dies. Redis has what is pulled
/// and by whom; each node looks with each of its signs which of its own are still its own, and which are nobody's.
/// </summary>
internal sealed partial class ClusterSources(
    RedisConnection redis, RedisEvents events, SourceRegistry registry, StreamRegistry streams, IOptions<ClusterOptions> options,
    TimeProvider time, ILogger<ClusterSources> logger) : ISharedSources, IHostedService, IDisposable
{
    // So that those of a node that died are shared among all that are left.
    private const int MostTakenAtOnce = 2;

    private static readonly RedisKey[] Keys = ["avserver:sources"];

    private readonly ClusterOptions _options = options.Value;
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private readonly ConcurrentDictionary<string, Claim> _claims = new();
    private Task _working = Task.CompletedTask;
    private string? _id;

    private long Lease => (long)_options.LeaseTime.TotalMilliseconds;

    public async Task<PulledSource> AddAsync(SourceRequest request, Grant grant, CancellationToken cancellationToken)
    {
        if (redis.Fault is not null) throw redis.Away();
        StreamIds.Check(request.StreamId);
        var claim = new Claim(JsonSerializer.Serialize(SharedSource.Of(request, grant), ContractsJson.Options));
        if (!TryEnter(request.StreamId, claim)) throw SourceRegistry.Busy();
        try
        {
            if ((int)await redis.RunAsync(SourceScripts.Claim, Keys, request.StreamId, events.Node, Lease, claim.Json) == 0)
                throw SourceRegistry.Busy();
            return claim.Source = await registry.AddAsync(request, grant, cancellationToken);
        }
        catch (Exception exception)
        {
            await LeaveAsync(request.StreamId, claim, goesOn: false);
            if (RedisConnection.IsUnavailable(exception)) throw redis.Away();
            throw;
        }
    }

    public async Task<bool> RemoveAsync(string streamId, CancellationToken cancellationToken)
    {
        try
        {
            var isKnown = await redis.Database.HashDeleteAsync(Keys[0], streamId);
            _claims.TryRemove(streamId, out _);
            return await registry.RemoveAsync(streamId, cancellationToken) || isKnown;
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }

    public async Task RemoveAsync(PulledSource source)
    {
        await registry.RemoveAsync(source);
        if (_claims.TryGetValue(source.StreamId, out var claim) && claim.Source == source)
            await LeaveAsync(source.StreamId, claim, goesOn: false);
    }

    public async Task<IReadOnlyList<SourceStatus>> AllAsync()
    {
        var own = registry.All;
        return [.. own.Concat(await OfOthersAsync()).DistinctBy(status => status.StreamId).OrderBy(status => status.StreamId)];
    }

    public async Task<SourceStatus?> FindAsync(string streamId) =>
        registry.Find(streamId) ?? (await OfOthersAsync()).FirstOrDefault(status => status.StreamId == streamId);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _working = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Ends what is pulled here, and lets others go on with it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _working;
        await registry.StopAsync(cancellationToken);
        foreach (var (streamId, claim) in _claims) await LeaveAsync(streamId, claim, goesOn: true);
        await TryAsync(() => redis.Database.KeyDeleteAsync(SourceScripts.Statuses + events.Node));
    }

    public void Dispose() => _stop.Cancel();   // where nobody stopped the host before

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            // The others find out when this node's signs end.
        }
    }

    private Task<IReadOnlyList<SourceStatus>> OfOthersAsync() => events.ListsOfOthersAsync<SourceStatus>(SourceScripts.Statuses);

    // One that is over makes room.
    private bool TryEnter(string streamId, Claim claim)
    {
        if (_claims.TryGetValue(streamId, out var before) && before.Source is { IsOver: true })
            _claims.TryRemove(KeyValuePair.Create(streamId, before));
        return _claims.TryAdd(streamId, claim);
    }

    private async Task LeaveAsync(string streamId, Claim claim, bool goesOn)
    {
        if (!_claims.TryRemove(KeyValuePair.Create(streamId, claim))) return;
        await TryAsync(() => redis.RunAsync(SourceScripts.Leave, Keys, streamId, events.Node, goesOn ? 1 : 0));
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await TryAsync(SynchronizeAsync);
            await Task.Delay(_options.SignInterval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SynchronizeAsync()
    {
        foreach (var (streamId, claim) in _claims)
            if (claim.Source is { IsOver: true } over && over.Status.Fault?.Code != FaultCodes.ServerStopping)
                await LeaveAsync(streamId, claim, goesOn: false);
        var before = _claims.Where(claim => claim.Value.Source is not null).ToList();
        var answer = (RedisResult[])(await redis.RunAsync(
            SourceScripts.Synchronize, Keys, events.Node, Lease, JsonSerializer.Serialize(registry.All, ContractsJson.Options),
            streams.IsDraining ? 0 : MostTakenAtOnce, Guid.NewGuid().ToString("n")))!;
        var own = ((string[])answer[1]!).ToHashSet();
        if ((string?)answer[0] is var id && id != _id && _id is not null)
        {
            // Redis has forgotten what is pulled here.
            foreach (var (streamId, claim) in before.Where(claim => !own.Contains(claim.Key)))
                if ((int)await redis.RunAsync(SourceScripts.Claim, Keys, streamId, events.Node, Lease, claim.Json) == 1) own.Add(streamId);
        }
        _id = id;
        foreach (var (streamId, claim) in before.Where(claim => !own.Contains(claim.Key)))
        {
            // Ended by way of another node, or taken by one that thought this one dead.
            if (!_claims.TryRemove(KeyValuePair.Create(streamId, claim))) continue;
            Log.Gone(logger, streamId);
            await registry.RemoveAsync(claim.Source!);
        }
        foreach (var pair in ((string[])answer[2]!).Chunk(2)) await TakeOverAsync(pair[0], pair[1]);
    }

    private async Task TakeOverAsync(string streamId, string json)
    {
        var claim = new Claim(json);
        if (!TryEnter(streamId, claim)) return;
        try
        {
            var shared = JsonSerializer.Deserialize<SharedSource>(json, ContractsJson.Options)!;
            claim.Source = await registry.AddAsync(shared.Request, shared.ToGrant(), _stop.Token);
            Log.TakenOver(logger, streamId);
        }
        catch (Exception exception) when (exception is RefusedException or MediaException or OperationCanceledException)
        {
            await LeaveAsync(streamId, claim, goesOn: true);   // there may be room on another node, or here later
        }
    }

    /// <summary>A source that this node pulls, or is about to.</summary>
    /// <param name="json">As Redis has it.</param>
    private sealed class Claim(string json)
    {
        public string Json { get; } = json;

        /// <summary>What pulls it; null before that is there.</summary>
        public PulledSource? Source { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.SourceTakenOver, LogLevel.Information,
            "The node that pulled stream {StreamId} stopped or gave no sign for too long; this one pulls it from now on.")]
        public static partial void TakenOver(ILogger logger, string streamId);

        [LoggerMessage(
            LogEventIds.SourceGone, LogLevel.Information,
            "Stream {StreamId} is not pulled here any more: its source was ended by way of another node, or another node took it.")]
        public static partial void Gone(ILogger logger, string streamId);
    }
}
