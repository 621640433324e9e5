using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>The streams and events of all nodes that share a Redis.</summary>
internal sealed class RedisEvents(
    RedisConnection redis, IOptions<ClusterOptions> options, IOptions<ServerLimits> limits, ClusterMetrics metrics, TimeProvider time,
    ILogger<RedisEvents> logger) : ISharedEvents
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedStream> _held = [];
    private readonly ClusterOptions _options = options.Value;

    /// <summary>This process among the nodes; another one with each start, so that what it left behind isn't taken for its own.</summary>
    public string Node { get; } = $"{options.Value.Node}-{Guid.NewGuid().ToString("n")[..6]}";

    public string? NodeName => _options.Node;

    public string? Fault => redis.Fault;

    /// <summary>The streams that this node has.</summary>
    public IReadOnlyList<SharedStream> Held
    {
        get { lock (_gate) return [.. _held.Values]; }
    }

    /// <summary>Where Redis has what belongs to a stream but its events.</summary>
    public static RedisKey KeyOf(string streamId) => "avserver:s:" + streamId;

    /// <summary>How long Redis keeps a stream of which nothing is heard, in ms.</summary>
    public static long Kept(ServerLimits limits) => (long)(limits.ClosedStreamRetention + TimeSpan.FromMinutes(3)).TotalMilliseconds;

    public async ValueTask LoadAsync(EventLog log, CancellationToken cancellationToken)
    {
        if (IsHeld(log.StreamId)) return;
        try
        {
            await FetchAsync(log);
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            // Nothing is told as lost that may still be there.
            throw redis.Away();
        }
    }

    /// <summary>Brings a log up to date, whoever has the stream.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task FetchAsync(EventLog log)
    {
        do
        {
            List<RedisValue> values = [log.StreamId, Epochs.Create(time.GetUtcNow()), Kept(limits.Value)];
            if (log.IsLoaded && log.End is var end) values.AddRange([end.Epoch, end.Sequence]);
            var answer = (RedisResult[])(await redis.RunAsync(RedisScripts.Load, [KeyOf(log.StreamId)], [.. values]))!;
            // Redis began anew: what is here is more than it has, and whoever has the stream brings it back.
            if (answer.Length == 0) return;
            log.Load(ContentsOf(answer));
        }
        while (log.LacksAny);
    }

    public async ValueTask<IStreamLease> LeaseAsync(EventLog log)
    {
        // Who reads that a stream has closed can be here before it was given back.
        for (var begin = time.GetTimestamp(); HeldHere(log.StreamId) is { } ours; await Task.Delay(FirstLook, time))
        {
            if (ours.TryReopen()) return ours;
            if (time.GetElapsedTime(begin) > LongestLook) throw Busy();
        }
        var token = Guid.NewGuid().ToString("n");
        try
        {
            await AcquireAsync(log.StreamId, token);
            await FetchAsync(log);
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
        var stream = new SharedStream(log, Node, token, redis, limits.Value, metrics, time, logger);
        lock (_gate) _held[log.StreamId] = stream;
        _ = ForgetAsync(log.StreamId, stream);
        return stream;
    }

    public async Task DeleteAsync(string streamId, EventCursor upTo)
    {
        try
        {
            await redis.RunAsync(
                RedisScripts.Delete, [KeyOf(streamId)], streamId, ClusterMessage.Channel,
                ClusterMessage.Of(ClusterMessageKind.Deleted, Node, streamId, upTo.ToString()));
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }

    public async Task<IReadOnlyList<StreamSummary>> StreamsOfOthersAsync() => await ListsOfOthersAsync<StreamSummary>("avserver:l:");

    /// <summary>What the other nodes list, each under a key of its own.</summary>
    /// <param name="prefix">What stands before a node in its list's key.</param>
    /// <exception cref="RefusedException">The other nodes can't be asked.</exception>
    public async Task<IReadOnlyList<T>> ListsOfOthersAsync<T>(string prefix)
    {
        try
        {
            var nodes = (await redis.Database.HashGetAllAsync("avserver:nodes")).Select(node => (string)node.Name!)
                .Where(node => node != Node).ToArray();
            var lists = await redis.Database.StringGetAsync([.. nodes.Select(node => (RedisKey)(prefix + node))]);
            return
            [
                .. lists.Where(list => list.HasValue)
                    .SelectMany(list => JsonSerializer.Deserialize<T[]>((string)list!, ContractsJson.Options)!),
            ];
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }

    public async Task<bool> CloseAsync(string streamId, CancellationToken cancellationToken)
    {
        try
        {
            if (!await redis.Database.HashExistsAsync(KeyOf(streamId), "token")) return false;
            await redis.Subscriber.PublishAsync(
                RedisChannel.Literal(ClusterMessage.Channel), ClusterMessage.Of(ClusterMessageKind.Close, Node, streamId));
            for (var begin = time.GetTimestamp(); time.GetElapsedTime(begin) < LongestClose;)
            {
                await Task.Delay(FirstLook, time, cancellationToken);
                if (!await redis.Database.HashExistsAsync(KeyOf(streamId), "token")) return true;
            }
            return true;
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }

    /// <summary>Whether this node has a stream.</summary>
    public bool IsHeld(string streamId)
    {
        lock (_gate) return _held.TryGetValue(streamId, out var held) && !held.IsTaken;
    }

    private SharedStream? HeldHere(string streamId)
    {
        lock (_gate) return _held.TryGetValue(streamId, out var held) && !held.Released.IsCompleted ? held : null;
    }

    // A holder that still gives signs keeps its stream. One that gives none is waited for, so that its sender, who comes back at once,
    // isn't sent away until others are sure.
    private async Task AcquireAsync(string streamId, string token)
    {
        string? sign = null;
        var begin = time.GetTimestamp();
        for (var pause = FirstLook; ; pause = 2 * pause < LongestLook ? 2 * pause : LongestLook)
        {
            var answer = (RedisResult[])(await redis.RunAsync(
                RedisScripts.Acquire, [KeyOf(streamId)], streamId, Node, token, Epochs.Create(time.GetUtcNow()),
                (long)_options.LeaseTime.TotalMilliseconds, (long)_options.LocalAfter.TotalMilliseconds, redis.Run, Kept(limits.Value)))!;
            if ((string?)answer[0] == "ok") return;
            var now = (string?)answer[1];
            if (sign is not null && now != sign && time.GetElapsedTime(begin) > LongestLook) throw Busy();
            sign ??= now;
            await Task.Delay(pause, time);
        }
    }

    private async Task ForgetAsync(string streamId, SharedStream stream)
    {
        await stream.Released;
        lock (_gate)
            if (_held.GetValueOrDefault(streamId) == stream) _held.Remove(streamId);
    }

    private static LogContents ContentsOf(RedisResult[] answer)
    {
        var gone = (string[])answer[3]!;
        ImmutableArray<LogEpoch> past =
        [
            .. ((string?)answer[2] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(epoch => epoch.Split(' '))
                .Select(parts => new LogEpoch(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "1")),
        ];
        return new LogContents(
            new EventCursor((string)answer[0]!, (long)answer[1]), past,
            gone.Chunk(2).ToDictionary(pair => EventTypes.TypeOf(pair[0]), pair => EventCursor.Parse(pair[1])),
            [
                .. ((string[])answer[4]!).Select(json => JsonSerializer.Deserialize<StreamEvent>(json, ContractsJson.Options)!)
                    .OrderBy(happened => happened.Cursor!.Value, CursorOrder.Comparer),
            ]);
    }

    private static RefusedException Busy() => new(
        FaultCodes.StreamBusy, "Someone already sends on this stream id; choose another or close that stream first.");
}
