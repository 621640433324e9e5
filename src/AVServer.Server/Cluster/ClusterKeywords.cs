using AVServer.Pipeline;
using AVServer.Server.Keywords;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// Keeps the words of this node those of all. Redis says what changed since this node last asked; a message only has it asked at once. Each
/// node has all words itself, so that it listens for them while Redis is away, and brings them back where Redis has forgotten them.
/// </summary>
internal sealed partial class ClusterKeywords(
    RedisConnection redis, IKeywordRegistry keywords, IOptions<ClusterOptions> options, ILogger<ClusterKeywords> logger)
    : ISharedKeywords, IHostedService, IDisposable
{
    private const string Channel = "avserver:words";

    private readonly TimeSpan _interval = options.Value.SignInterval;
    private readonly string _newId = Guid.NewGuid().ToString("n");
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _gate = new();
    private readonly List<string> _changing = [];        // just being changed here; what others did to them before doesn't count
    private readonly HashSet<string> _passedOver = [];   // of these, what others changed meanwhile
    private readonly HashSet<string> _unshared = [];     // changed here, and Redis went away before it heard of it
    private readonly HashSet<string> _shared = [];
    private Task _working = Task.CompletedTask;
    private ChannelMessageQueue? _feed;
    private string _id = "";
    private long _version;
    private bool _readsAll = true;
    private bool _isStarting = true;

    public async Task<T> ChangeAsync<T>(string text, Func<Task<T>> change)
    {
        if (redis.Fault is not null) throw redis.Away();
        var name = KeywordNames.FromText(text);
        lock (_gate) _changing.Add(name);
        try
        {
            var before = keywords.Export(name)?.Json;
            var result = await change();
            if (keywords.Export(name)?.Json != before) await ShareAsync(name);
            return result;
        }
        finally
        {
            lock (_gate)
            {
                _changing.Remove(name);
                if (_passedOver.Remove(name)) _readsAll = true;
            }
            _wake.Release();
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        redis.FeedBroken += () =>
        {
            lock (_gate) _readsAll = true;
        };
        _feed = await redis.Subscriber.SubscribeAsync(RedisChannel.Literal(Channel));
        _feed.OnMessage(_ => _wake.Release());
        await TrySynchronizeAsync();   // before the port opens: no stream is heard without them
        _working = Task.Run(WorkAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _working;
        if (_feed is not null) await _feed.UnsubscribeAsync();
    }

    public void Dispose() => _stop.Cancel();   // where nobody stopped the host before

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await ((Task)_wake.WaitAsync(_interval, _stop.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_wake.Wait(0)) { }   // one look is enough for all of them
            if (!_stop.IsCancellationRequested) await TrySynchronizeAsync();
        }
    }

    private async Task TrySynchronizeAsync()
    {
        try
        {
            await SynchronizeAsync();
            _isStarting = false;
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            // Tried again.
        }
    }

    private async Task SynchronizeAsync()
    {
        string[] unshared;
        lock (_gate) unshared = [.. _unshared];
        foreach (var name in unshared)
        {
            await PutAsync(name);
            lock (_gate) _unshared.Remove(name);
        }
        bool readsAll;
        lock (_gate) (readsAll, _readsAll) = (_readsAll, false);
        try
        {
            var (id, version, changes) = await ReadChangesAsync(readsAll ? 0 : _version);
            if (readsAll || id != _id || version < _version)
            {
                await OfferAsync();
                (id, version, changes) = await ReadChangesAsync(0);
            }
            foreach (var change in changes.Chunk(2)) await TakeAsync(change[0], change[1]);
            (_id, _version) = (id, version);
        }
        catch
        {
            lock (_gate) _readsAll |= readsAll;
            throw;
        }
    }

    private async Task<(string Id, long Version, string[] Changes)> ReadChangesAsync(long since)
    {
        var answer = (RedisResult[])(await redis.RunAsync(KeywordScripts.Changes, [], since))!;
        return ((string)answer[0]!, (long)answer[1], (string[])answer[2]!);
    }

    // What only this node has: it joins with words of its own, or Redis has forgotten them. Those of the settings every node has.
    private async Task OfferAsync()
    {
        List<RedisValue> values = [Channel, _newId];
        foreach (var word in keywords.Keywords)
        {
            bool isShared;
            lock (_gate) isShared = _shared.Contains(word.Name) && !_changing.Contains(word.Name);
            if (keywords.Export(word.Name) is { } measured && (isShared || measured.IsAdded || word.Enrolment is not null))
                values.AddRange([measured.Name, measured.Json]);
        }
        await redis.RunAsync(KeywordScripts.Offer, [], [.. values]);
    }

    private async Task TakeAsync(string name, string json)
    {
        lock (_gate)
        {
            _shared.Add(name);
            if (_unshared.Contains(name)) return;
            if (_changing.Contains(name))
            {
                _passedOver.Add(name);
                return;
            }
        }
        var own = keywords.Export(name);
        if ((own?.Json ?? "") == json) return;
        // What the settings name is there again after each start, as on a server by itself.
        if (json.Length == 0 && _isStarting && own is { IsAdded: false })
        {
            await PutAsync(name);
            return;
        }
        try
        {
            if (json.Length == 0)
            {
                keywords.Remove(name);
                if (_isStarting) Log.RemovedMeanwhile(logger, name);
                return;
            }
            await keywords.ImportAsync(json, _stop.Token);
            if (_isStarting && own is { IsAdded: true }) Log.Replaced(logger, name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, name, exception.Message);
        }
        catch (KeywordException exception)
        {
            Log.NotTaken(logger, name, exception.Message);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private async Task ShareAsync(string name)
    {
        try
        {
            await PutAsync(name);
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            lock (_gate) _unshared.Add(name);
        }
    }

    private async Task PutAsync(string name)
    {
        lock (_gate) _shared.Add(name);
        await redis.RunAsync(KeywordScripts.Put, [], Channel, _newId, name, keywords.Export(name)?.Json ?? "");
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.WordReplaced, LogLevel.Warning, "The word '{Name}' of this node is another on the others; theirs is listened for.")]
        public static partial void Replaced(ILogger logger, string name);

        [LoggerMessage(
            LogEventIds.WordRemoved, LogLevel.Warning,
            "The word '{Name}' of this node was removed on another while this one was away; it is listened for no more.")]
        public static partial void RemovedMeanwhile(ILogger logger, string name);

        [LoggerMessage(
            LogEventIds.WordNotKept, LogLevel.Error,
            "The word '{Name}' is as on the other nodes, but can't be written to Keywords:Path on this one: {Reason}")]
        public static partial void NotKept(ILogger logger, string name, string reason);

        [LoggerMessage(
            LogEventIds.WordNotTaken, LogLevel.Error, "The word '{Name}' of another node can't be listened for on this one: {Reason}")]
        public static partial void NotTaken(ILogger logger, string name, string reason);
    }
}
