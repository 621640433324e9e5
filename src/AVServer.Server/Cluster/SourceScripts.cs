namespace AVServer.Server.Cluster;

/// <summary>
/// What Redis does in one step for sources, in Lua. <c>avserver:sources</c> has each by its stream's id: the node that pulls it, nothing
/// where that was stopped, a space, and the source as JSON. <c>avserver:sources:of:NODE</c> says how it goes with those of a node, for as
/// long as that gives signs. <c>avserver:sources:id</c> tells a Redis that has forgotten all of it from the one before.
/// </summary>
internal static class SourceScripts
{
    /// <summary>What stands before a node in the key that its statuses have.</summary>
    public const string Statuses = "avserver:sources:of:";

    private const string Head = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local function split(value) return string.match(value, '^(%S*) (.*)$') end
        local function lives(node, lease)
          local beat = node ~= '' and redis.call('HGET', 'avserver:nodes', node)
          return beat and now - beat <= tonumber(lease)
        end

        """;

    /// <summary>
    /// Makes a node the one that pulls a source. KEYS: the sources. ARGV: id, node, lease in ms, JSON. Answers 1, or 0 where another that
    /// lives pulls it.
    /// </summary>
    public const string Claim = Head + """
        local id, node, lease, json = unpack(ARGV)
        local old = redis.call('HGET', KEYS[1], id)
        if old then
          local owner = split(old)
          if owner ~= node and lives(owner, lease) then return 0 end
        end
        redis.call('HSET', KEYS[1], id, node .. ' ' .. json)
        return 1
        """;

    /// <summary>Gives a source of a node up (to be forgotten, 0) or on (to be taken by another, 1). KEYS: the sources. ARGV: id, node,
    /// which.</summary>
    public const string Leave = Head + """
        local id, node, goesOn = unpack(ARGV)
        local old = redis.call('HGET', KEYS[1], id)
        if not old then return 0 end
        local owner, json = split(old)
        if owner ~= node then return 0 end
        if goesOn == '1' then redis.call('HSET', KEYS[1], id, ' ' .. json) else redis.call('HDEL', KEYS[1], id) end
        return 1
        """;

    /// <summary>
    /// Writes how it goes with a node's sources, and gives it some that nobody pulls any more. KEYS: the sources. ARGV: node, lease in ms,
    /// statuses as JSON, how many at most, an id if there is none. Answers the id, the ids of the node's own, and pairs of id and JSON of
    /// those that are its own from now on.
    /// </summary>
    public const string Synchronize = Head + """
        local node, lease, statuses, most, id = unpack(ARGV)
        redis.call('SET', 'avserver:sources:of:' .. node, statuses, 'PX', lease * 4)
        redis.call('SETNX', 'avserver:sources:id', id)
        local own, taken, all = {}, {}, redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
          local owner, json = split(all[i + 1])
          if owner == node then own[#own + 1] = all[i]
          elseif #taken / 2 < tonumber(most) and not lives(owner, lease) then
            redis.call('HSET', KEYS[1], all[i], node .. ' ' .. json)
            taken[#taken + 1] = all[i]
            taken[#taken + 1] = json
          end
        end
        return {redis.call('GET', 'avserver:sources:id'), own, taken}
        """;
}
