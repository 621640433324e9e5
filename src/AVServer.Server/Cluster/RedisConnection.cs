using System.Globalization;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>The way to Redis: connected at the start, or the server doesn't start; later it comes back by itself.</summary>
internal sealed partial class RedisConnection(
    IOptions<ClusterOptions> options, ClusterMetrics metrics, TimeProvider time, ILogger<RedisConnection> logger) : IAsyncDisposable
{
    private static readonly Version Oldest = new(6, 2);   // XTRIM MINID, XAUTOCLAIM and ranges without their ends
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private readonly ClusterOptions _options = options.Value;
    private ConnectionMultiplexer? _redis;
    private long _lastSign;
    private string? _fault;

    /// <summary>Which run of Redis this is: another one may have forgotten the last moments of the one before.</summary>
    public string Run { get; private set; } = "";

    /// <summary>What is wrong with Redis, in a sentence; null while it answers.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Whether Redis has been away for so long that this node serves by itself.</summary>
    public bool IsAlone => time.GetElapsedTime(Interlocked.Read(ref _lastSign)) > _options.LocalAfter;

    /// <summary>Called when messages may have been missed.</summary>
    public event Action? FeedBroken;

    /// <exception cref="SetupException">Redis can't be used: the server does not start.</exception>
    public async Task OpenAsync()
    {
        var configuration = ConfigurationOptions.Parse(_options.Redis!);
        configuration.AbortOnConnectFail = true;
        configuration.ClientName = _options.Node;
        configuration.AllowAdmin = true;   // INFO counts as such
        configuration.ConnectRetry = 1;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;   // what waits for Redis waits here, where it is bounded and told
        configuration.AsyncTimeout = (int)LongestAnswer.TotalMilliseconds;
        configuration.ReconnectRetryPolicy = new LinearRetry(250);
        try
        {
            _redis = await ConnectionMultiplexer.ConnectAsync(configuration);
            await PrepareAsync();
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            throw new SetupException($"Expected Cluster:Redis to lead to a Redis that can be written, got: {Explain(exception)}");
        }
        _redis.ConnectionFailed += (_, failed) => OnFailed(failed);
        _redis.ConnectionRestored += (_, _) => FeedBroken?.Invoke();
    }

    /// <summary>Whether an exception says that Redis doesn't answer, or refuses: it may do otherwise later.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is RedisException or TimeoutException or ObjectDisposedException;

    /// <summary>What everybody is told who needs the other nodes while Redis is away.</summary>
    public RefusedException Away() => new(
        Contracts.FaultCodes.ServerBusy,
        $"This node can't reach the others, and goes on with what it has: {Fault ?? "Redis does not answer."} Try again later.");

    /// <summary>Runs a script.</summary>
    /// <exception cref="RedisException">Redis refused.</exception>
    public async Task<RedisResult> RunAsync(string script, RedisKey[] keys, params RedisValue[] values)
    {
        try
        {
            var answer = await Database.ScriptEvaluateAsync(script, keys, values);
            SetFault(null);
            return answer;
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            metrics.Failed();
            SetFault(Explain(exception));
            throw;
        }
    }

    /// <summary>A sign of life was answered: this node isn't alone.</summary>
    public void Answered() => Interlocked.Exchange(ref _lastSign, time.GetTimestamp());

    public IDatabase Database => _redis!.GetDatabase();

    public ISubscriber Subscriber => _redis!.GetSubscriber();

    /// <summary>Looks which run of Redis this is; asked again when it came back.</summary>
    public async Task<bool> IsNewRunAsync()
    {
        var run = await RunOfAsync();
        if (run == Run) return false;
        Run = run;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    private async Task PrepareAsync()
    {
        var server = _redis!.GetServers()[0];
        if (server.Version < Oldest)
            throw new SetupException(
                $"Expected Redis {Oldest} or later at Cluster:Redis, got {server.Version}; update it, or leave Cluster:Redis out.");
        if (server.IsReplica)
            throw new SetupException("Expected a Redis that can be written at Cluster:Redis, got a replica; name its primary.");
        Run = await RunOfAsync();
        await Database.StringSetAsync("avserver:written", Run, TimeSpan.FromMinutes(1));   // one that is full refuses now
        Answered();
    }

    private async Task<string> RunOfAsync()
    {
        var answer = (string?)await Database.ExecuteAsync("INFO", "server") ?? "";
        return answer.Split('\n').FirstOrDefault(line => line.StartsWith("run_id:", StringComparison.Ordinal))?["run_id:".Length..].Trim()
            ?? "";
    }

    private void OnFailed(ConnectionFailedEventArgs failed)
    {
        SetFault($"the connection was lost ({failed.FailureType}).");
        FeedBroken?.Invoke();
    }

    private void SetFault(string? fault)
    {
        var before = Interlocked.Exchange(ref _fault, fault);
        if (before is null && fault is not null) Log.Away(logger, fault);
        if (before is not null && fault is null) Log.Back(logger);
    }

    private static string Explain(Exception exception) => exception switch
    {
        RedisServerException full when full.Message.StartsWith("OOM", StringComparison.Ordinal) =>
            "Redis is full; raise its 'maxmemory', or keep less (Server:Limits:EventsKept).",
        RedisServerException refused => $"Redis refused: {refused.Message}.",
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } =>
            "Redis asks for another password; set ',password=…' in Cluster:Redis.",
        RedisConnectionException lost => string.Create(CultureInfo.InvariantCulture, $"Redis can't be reached ({lost.FailureType})."),
        _ => "Redis does not answer.",
    };

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.RedisAway, LogLevel.Warning,
            "The other nodes can't be reached: {Fault} Open streams go on; new ones are refused until Redis is back.")]
        public static partial void Away(ILogger logger, string fault);

        [LoggerMessage(LogEventIds.RedisBack, LogLevel.Information, "Redis answers again.")]
        public static partial void Back(ILogger logger);
    }
}
