using System.Globalization;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// This process among the others: gives its sign of life, frees the streams of those that give none, and hears what the others publish.
/// </summary>
internal sealed partial class ClusterNode(
    RedisConnection redis, RedisEvents events, EventBroker broker, StreamRegistry registry, DeletedEvents deleted,
    IOptions<ClusterOptions> options, IOptions<ServerLimits> limits, ClusterMetrics metrics, TimeProvider time,
    ILogger<ClusterNode> logger) : IHostedService, IDisposable
{
    private const int MostUnheard = 8;
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    private readonly ClusterOptions _options = options.Value;
    private readonly CancellationTokenSource _stop = new();
    private Task _beating = Task.CompletedTask;
    private ChannelMessageQueue? _feed;
    private long _echoed;
    private long _heard;
    private long _steadySince;
    private int _feedBroken;   // 1: messages may have been missed

    /// <exception cref="Pipeline.SetupException">Redis can't be used: the server does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await redis.OpenAsync();
        redis.FeedBroken += () =>
        {
            Interlocked.Exchange(ref _feedBroken, 1);
            Interlocked.Exchange(ref _steadySince, time.GetTimestamp());
        };
        _steadySince = time.GetTimestamp();
        await SubscribeAsync();
        await BeatAsync();
        Log.Joined(logger, events.Node);
        _beating = Task.Run(BeatOnAsync, CancellationToken.None);
    }

    /// <summary>Gives back what is still held, and leaves.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _beating;
        await Task.WhenAll(events.Held.Select(held => held.Released))
            .WaitAsync(limits.Value.CloseTimeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_feed is not null) await _feed.UnsubscribeAsync();
        try
        {
            if (events.Held.Count == 0) await redis.Database.HashDeleteAsync("avserver:nodes", events.Node);
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            // The others find out by themselves.
        }
    }

    public void Dispose()
    {
        _stop.Cancel();   // where nobody stopped the host before
        _stop.Dispose();
    }

    private async Task BeatOnAsync()
    {
        var touched = time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_options.SignInterval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await BeatAsync();
                if (time.GetElapsedTime(Interlocked.Read(ref _steadySince)) > _options.LeaseTime) await BuryAsync();
                if (time.GetElapsedTime(touched) < TouchInterval) continue;
                touched = time.GetTimestamp();
                foreach (var held in events.Held) await held.TouchAsync();
                foreach (var log in broker.Logs.Where(log => log.Holders > 0 && !events.IsHeld(log.StreamId))) await events.FetchAsync(log);
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
            {
                Interlocked.Exchange(ref _steadySince, time.GetTimestamp());   // when it is back, the others have to give a sign first
            }
        }
    }

    private async Task BeatAsync()
    {
        var streams = registry.Streams.Select(stream => stream.Summary(_options.Node));
        await redis.RunAsync(
            RedisScripts.Beat, [], events.Node, JsonSerializer.Serialize(streams, ContractsJson.Options),
            (long)_options.LeaseTime.TotalMilliseconds);
        redis.Answered();
        if (Volatile.Read(ref _feedBroken) == 1) await redis.IsNewRunAsync();
        if (_echoed - Interlocked.Read(ref _heard) > MostUnheard) await SubscribeAsync();   // it hears nothing of itself
        await redis.Subscriber.PublishAsync(
            RedisChannel.Literal(ClusterMessage.Channel),
            ClusterMessage.Of(ClusterMessageKind.Echo, events.Node, (++_echoed).ToString(CultureInfo.InvariantCulture)));
    }

    private async Task SubscribeAsync()
    {
        if (_feed is not null) await _feed.UnsubscribeAsync();
        _heard = _echoed;
        _feed = await redis.Subscriber.SubscribeAsync(RedisChannel.Literal(ClusterMessage.Channel));
        _feed.OnMessage(message => HearAsync(message.Message!));
        Interlocked.Exchange(ref _feedBroken, 1);   // what was published until now
    }

    // Each node looks after all others; who comes second finds nothing.
    private async Task BuryAsync()
    {
        foreach (var node in await redis.Database.HashKeysAsync("avserver:nodes"))
        {
            if (node == events.Node) continue;
            var freed = (int)await redis.RunAsync(
                RedisScripts.Bury, [], node, (long)_options.LeaseTime.TotalMilliseconds, (long)_options.LocalAfter.TotalMilliseconds,
                RedisEvents.Kept(limits.Value));
            if (freed < 0) continue;
            metrics.Freed(freed);
            Log.Buried(logger, (string)node!, freed);
        }
    }

    private async Task HearAsync(string text)
    {
        if (ClusterMessage.Parse(text) is not { } message) return;
        var isOwn = message.Node == events.Node;
        try
        {
            switch (message.Kind)
            {
                case ClusterMessageKind.Echo when isOwn:
                    await EchoAsync(long.Parse(message.Lines[0], CultureInfo.InvariantCulture));
                    break;
                case ClusterMessageKind.Events when !isOwn:
                    foreach (var line in message.Lines)
                        if (broker.Receive(JsonSerializer.Deserialize<StreamEvent>(line, ContractsJson.Options)!) is { } log)
                            await events.FetchAsync(log);
                    break;
                case ClusterMessageKind.Doubt:
                    foreach (var log in Of(message.Lines[0]))
                    {
                        log.Doubt(message.Lines[1]);   // first: loading tells only of what comes behind the log's end
                        await events.FetchAsync(log);
                    }
                    break;
                case ClusterMessageKind.Deleted when !isOwn:
                    deleted.Add(message.Lines[0], EventCursor.Parse(message.Lines[1]));
                    foreach (var log in Of(message.Lines[0])) log.Delete();
                    break;
                case ClusterMessageKind.Close when !isOwn:
                    registry.Find(message.Lines[0])?.End(CloseReason.Completed);
                    break;
            }
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            Interlocked.Exchange(ref _feedBroken, 1);   // the next echo makes it up
        }
    }

    private IEnumerable<EventLog> Of(string streamId) => broker.Logs.Where(log => log.StreamId == streamId && log.IsLoaded);

    // A channel keeps nothing for who was away. That this node hears itself shows that it hears the others too, and from then on what was
    // missed is made up.
    private async Task EchoAsync(long number)
    {
        var isBroken = Interlocked.Exchange(ref _feedBroken, 0) == 1 || number != _heard + 1;
        Interlocked.Exchange(ref _heard, number);
        if (!isBroken) return;
        broker.LoseOfAll();
        foreach (var log in broker.Logs.Where(log => log.IsLoaded && !events.IsHeld(log.StreamId))) await events.FetchAsync(log);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.NodeJoined, LogLevel.Information, "This server is node {Node} of a cluster.")]
        public static partial void Joined(ILogger logger, string node);

        [LoggerMessage(
            LogEventIds.NodeBuried, LogLevel.Warning,
            "Node {Node} gave no sign for too long; its {Count} streams are free to be sent to another.")]
        public static partial void Buried(ILogger logger, string node, int count);
    }
}
