using System.Text.Json;
using AVServer.Server.Security;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Cluster;

/// <summary>
/// Tells the other nodes what keys take here, and is told what they take there, so that a key's share is one for all nodes. What was taken
/// within the last sign counts from the next one on.
/// </summary>
internal sealed class ClusterKeyUsage(
    RedisConnection redis, RedisEvents events, KeyLimits limits, UsageOfOthers others, IOptions<ClusterOptions> options, TimeProvider time)
    : IHostedService, IDisposable
{
    /// <summary>
    /// Writes a node's usage and reads that of the others that give signs. KEYS: the hash of usages. ARGV: node, lease in ms, usage as JSON
    /// or nothing. Answers the JSON of each.
    /// </summary>
    private const string Exchange = """
        local node, lease, usage = unpack(ARGV)
        if usage == '' then redis.call('HDEL', KEYS[1], node) else redis.call('HSET', KEYS[1], node, usage) end
        local time, answer = redis.call('TIME'), {}
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        for _, other in ipairs(redis.call('HKEYS', KEYS[1])) do
          local beat = redis.call('HGET', 'avserver:nodes', other)
          if not beat then redis.call('HDEL', KEYS[1], other)
          elseif other ~= node and now - beat <= tonumber(lease) then answer[#answer + 1] = redis.call('HGET', KEYS[1], other) end
        end
        return answer
        """;

    private readonly ClusterOptions _options = options.Value;
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private Task _working = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        others.AreThere = true;
        _working = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _working;
    }

    public void Dispose() => _stop.Cancel();   // where nobody stopped the host before

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ExchangeAsync();
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
            {
                if (redis.IsAlone) others.Clear();   // nobody knows any more; this node serves by itself
            }
            await Task.Delay(_options.SignInterval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ExchangeAsync()
    {
        var own = limits.Usage;
        var answer = (string[])(await redis.RunAsync(
            Exchange, ["avserver:usage"], events.Node, (long)_options.LeaseTime.TotalMilliseconds,
            own.Count == 0 ? "" : JsonSerializer.Serialize(own)))!;
        var sum = new Dictionary<string, KeyUsage>();
        foreach (var json in answer)
            foreach (var (account, usage) in JsonSerializer.Deserialize<Dictionary<string, KeyUsage>>(json)!)
                sum[account] = sum.GetValueOrDefault(account) + usage;
        others.Set(sum);
    }
}
