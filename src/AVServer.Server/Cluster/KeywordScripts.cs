namespace AVServer.Server.Cluster;

/// <summary>
/// What Redis does in one step for words, in Lua. <c>avserver:words</c> has each word by its name, as JSON; <c>avserver:words:changed</c>
/// every name that ever came, scored by <c>avserver:words:version</c> at its last change: one that isn't among the words was removed.
/// <c>avserver:words:id</c> tells a Redis that has forgotten all of it from the one before.
/// </summary>
internal static class KeywordScripts
{
    /// <summary>Changes a word. ARGV: the channel, an id if there is none, the name, its JSON or nothing where it was removed.</summary>
    public const string Put = """
        local channel, id, name, json = unpack(ARGV)
        redis.call('SETNX', 'avserver:words:id', id)
        redis.call('ZADD', 'avserver:words:changed', redis.call('INCR', 'avserver:words:version'), name)
        if json ~= '' then
          redis.call('HSET', 'avserver:words', name, json)
        else
          redis.call('HDEL', 'avserver:words', name)
          -- names of removed words end, the oldest first
          if redis.call('ZCARD', 'avserver:words:changed') - redis.call('HLEN', 'avserver:words') > 10000 then
            for _, old in ipairs(redis.call('ZRANGE', 'avserver:words:changed', 0, 99)) do
              if redis.call('HEXISTS', 'avserver:words', old) == 0 then redis.call('ZREM', 'avserver:words:changed', old) end
            end
          end
        end
        redis.call('PUBLISH', channel, name)
        return 0
        """;

    /// <summary>
    /// Brings words that a node has and Redis never heard of. ARGV: the channel, an id if there is none, pairs of name and JSON.
    /// </summary>
    public const string Offer = """
        redis.call('SETNX', 'avserver:words:id', ARGV[2])
        for i = 3, #ARGV, 2 do
          if not redis.call('ZSCORE', 'avserver:words:changed', ARGV[i]) then
            redis.call('ZADD', 'avserver:words:changed', redis.call('INCR', 'avserver:words:version'), ARGV[i])
            redis.call('HSET', 'avserver:words', ARGV[i], ARGV[i + 1])
          end
        end
        redis.call('PUBLISH', ARGV[1], '')
        return 0
        """;

    /// <summary>
    /// Says what changed since a version. ARGV: that version. Answers the id, the version, and pairs of name and JSON, which is empty where
    /// the word was removed.
    /// </summary>
    public const string Changes = """
        local changes = {}
        for _, name in ipairs(redis.call('ZRANGEBYSCORE', 'avserver:words:changed', '(' .. ARGV[1], '+inf')) do
          changes[#changes + 1] = name
          changes[#changes + 1] = redis.call('HGET', 'avserver:words', name) or ''
        end
        return {redis.call('GET', 'avserver:words:id') or '', tonumber(redis.call('GET', 'avserver:words:version') or '0'), changes}
        """;
}
