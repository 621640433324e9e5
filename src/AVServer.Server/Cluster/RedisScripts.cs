namespace AVServer.Server.Cluster;

/// <summary>
/// What Redis does in one step, in Lua. Of each stream there is a hash, <c>avserver:s:ID</c>, with who has it (<c>node</c>, <c>token</c>),
/// where its events end (<c>epoch</c>, <c>last</c>), which epochs were before (<c>past</c>: <c>name last doubtful</c>, joined by commas),
/// what is gone of a type (<c>gone:TYPE</c>), and Redis' run in which it was written (<c>run</c>); and of each type of its events a stream,
/// <c>avserver:e:ID:TYPE</c>, whose entries are numbered as the events are: the milliseconds of the epoch, then the number.
/// </summary>
internal static class RedisScripts
{
    /// <summary>Names what the scripts share, and tells whether a node gave a sign of late.</summary>
    private const string Head = """
        local function now() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
        local function ms(epoch) return string.format('%.0f', tonumber(string.sub(epoch, 1, 12), 16) or 0) end
        local function silence(node) local beat = redis.call('HGET', 'avserver:nodes', node) return beat and now() - beat or -1 end
        local function begin(key, epoch, doubt)
          local old = redis.call('HMGET', key, 'epoch', 'last', 'past')
          if string.sub(epoch, 1, 12) <= string.sub(old[1], 1, 12) then
            epoch = string.format('%012x', tonumber(string.sub(old[1], 1, 12), 16) + 1) .. string.sub(epoch, 13)
          end
          local past = (old[3] and old[3] ~= '' and old[3] .. ',' or '') .. old[1] .. ' ' .. old[2] .. ' ' .. (doubt and 1 or 0)
          local kept, count = '', 0
          for one in string.gmatch(past, '[^,]+') do count = count + 1 end
          for one in string.gmatch(past, '[^,]+') do
            if count <= 16 then kept = kept .. (kept == '' and '' or ',') .. one end
            count = count - 1
          end
          redis.call('HSET', key, 'epoch', epoch, 'last', 0, 'past', kept)
        end
        local function touch(key, id, ttl)
          redis.call('PEXPIRE', key, ttl)
          for field in string.gmatch(redis.call('HGET', key, 'types') or '', '[^,]+') do
            redis.call('PEXPIRE', 'avserver:e:' .. id .. ':' .. field, ttl)
          end
        end

        """;

    /// <summary>
    /// Takes a stream for a node. KEYS: the hash. ARGV: id, node, token, epoch if one begins, lease in ms, silence in ms from which a dead
    /// node may have served alone, Redis' run, ms to keep. Answers ok, or held with the holder's last sign.
    /// </summary>
    public const string Acquire = Head + """
        local key, id, node, token, epoch, lease, alone, run, ttl = KEYS[1], unpack(ARGV)
        local old = redis.call('HMGET', key, 'node', 'token', 'epoch', 'run', 'dirty')
        local dirty, doubt = old[5] ~= false, old[5] == '2'
        if old[2] then
          local quiet = silence(old[1])
          if quiet >= 0 and quiet <= tonumber(lease) then return {'held', redis.call('HGET', 'avserver:nodes', old[1])} end
          dirty, doubt = true, quiet < 0 or quiet >= tonumber(alone)
          redis.call('SREM', 'avserver:n:' .. old[1], id)
        end
        if not old[3] then redis.call('HSET', key, 'epoch', epoch, 'last', 0)
        elseif dirty then begin(key, epoch, doubt)
        elseif old[4] and old[4] ~= run then begin(key, epoch, true) end
        redis.call('HSET', key, 'node', node, 'token', token, 'run', run)
        redis.call('HDEL', key, 'dirty')
        redis.call('SADD', 'avserver:n:' .. node, id)
        touch(key, id, ttl)
        return {'ok'}
        """;

    /// <summary>
    /// Takes a stream again that Redis has forgotten, in part or all of it, for the node that had it and has its events. KEYS: the hash.
    /// ARGV: id, node, token, epoch, number before what the node still keeps, Redis' run, ms to keep. Answers 1, or 0 where another has
    /// gone on.
    /// </summary>
    public const string Retake = Head + """
        local key, id, node, token, epoch, last, run, ttl = KEYS[1], unpack(ARGV)
        local state = redis.call('HMGET', key, 'token', 'epoch', 'dirty', 'types')
        if state[1] or state[3] or (state[2] and state[2] ~= epoch) then return 0 end
        for type in string.gmatch(state[4] or '', '[^,]+') do
          redis.call('DEL', 'avserver:e:' .. id .. ':' .. type)
          redis.call('HDEL', key, 'gone:' .. type)
        end
        redis.call('HSET', key, 'node', node, 'token', token, 'epoch', epoch, 'last', last, 'run', run)
        redis.call('HDEL', key, 'past')   -- what was of earlier epochs is gone
        redis.call('SADD', 'avserver:n:' .. node, id)
        touch(key, id, ttl)
        return 1
        """;

    /// <summary>
    /// Appends events of one epoch and publishes them, if the token is the holder's. KEYS: the hash. ARGV: id, token, epoch, last number
    /// that Redis should have, last number of these, Redis' run, ms to keep, the channel, what is published, how many types have let go of
    /// something, of each its name and place, then of each event its type, number and JSON. Answers ok, or fenced, missing, or at with the
    /// last number that Redis does have.
    /// </summary>
    public const string Append = Head + """
        local key = KEYS[1]
        local id, token, epoch, expected, last, run, ttl, channel, message = unpack(ARGV, 1, 9)
        local state = redis.call('HMGET', key, 'token', 'epoch', 'last', 'types')
        if not state[1] then return {'missing'} end
        if state[1] ~= token or state[2] ~= epoch then return {'fenced'} end
        if state[3] ~= expected then return {'at', state[3]} end
        local types, i = state[4] or '', 11
        for _ = 1, tonumber(ARGV[10]) do
          local type, place = ARGV[i], ARGV[i + 1]
          local colon = string.find(place, ':')
          redis.call('HSET', key, 'gone:' .. type, place)
          redis.call('XTRIM', 'avserver:e:' .. id .. ':' .. type, 'MINID',
            ms(string.sub(place, 1, colon - 1)) .. '-' .. string.format('%.0f', tonumber(string.sub(place, colon + 1)) + 1))
          i = i + 2
        end
        while ARGV[i] do
          local type = ARGV[i]
          if not string.find(',' .. types .. ',', ',' .. type .. ',', 1, true) then types = types .. (types == '' and '' or ',') .. type end
          redis.call('XADD', 'avserver:e:' .. id .. ':' .. type, ms(epoch) .. '-' .. ARGV[i + 1], 'e', ARGV[i + 2])
          i = i + 3
        end
        redis.call('HSET', key, 'last', last, 'types', types, 'run', run)
        touch(key, id, ttl)
        if message ~= '' then redis.call('PUBLISH', channel, message) end
        return {'ok'}
        """;

    /// <summary>
    /// Says what a stream's log holds behind a place, and begins one where there is none for who has none either. KEYS: the hash. ARGV: id,
    /// epoch if one begins, ms to keep, and for who has one the epoch and number of its end. Answers epoch, last, past, pairs of types and
    /// what is gone of them, and the events; nothing where Redis has forgotten what the asker has.
    /// </summary>
    public const string Load = Head + """
        local key, id, epoch, ttl, after, number = KEYS[1], unpack(ARGV)
        if not after and redis.call('HSETNX', key, 'epoch', epoch) == 1 then redis.call('HSET', key, 'last', 0) end
        if redis.call('HEXISTS', key, 'epoch') == 0 then return {} end
        touch(key, id, ttl)
        local state = redis.call('HMGET', key, 'epoch', 'last', 'past', 'types')
        local gone, events = {}, {}
        for type in string.gmatch(state[4] or '', '[^,]+') do
          local place = redis.call('HGET', key, 'gone:' .. type)
          if place then
            gone[#gone + 1] = type
            gone[#gone + 1] = place
          end
          local from = after and '(' .. ms(after) .. '-' .. number or '-'
          for _, entry in ipairs(redis.call('XRANGE', 'avserver:e:' .. id .. ':' .. type, from, '+')) do
            events[#events + 1] = entry[2][2]
          end
        end
        return {state[1], state[2], state[3] or '', gone, events}
        """;

    /// <summary>
    /// Gives a stream back. KEYS: the hash. ARGV: id, node, token, ms to keep. Answers whether it was the node's.
    /// </summary>
    public const string Release = Head + """
        local key, id, node, token, ttl = KEYS[1], unpack(ARGV)
        redis.call('SREM', 'avserver:n:' .. node, id)
        if redis.call('HGET', key, 'token') ~= token then return 0 end
        redis.call('HDEL', key, 'token', 'node')
        touch(key, id, ttl)
        return 1
        """;

    /// <summary>Has Redis keep a stream of which nothing is heard. KEYS: the hash. ARGV: id, ms to keep.</summary>
    public const string Touch = Head + """
        touch(KEYS[1], ARGV[1], ARGV[2])
        return 1
        """;

    /// <summary>A node's sign of life. ARGV: the node, its streams as JSON, lease in ms.</summary>
    public const string Beat = Head + """
        redis.call('HSET', 'avserver:nodes', ARGV[1], string.format('%.0f', now()))
        redis.call('SET', 'avserver:l:' .. ARGV[1], ARGV[2], 'PX', ARGV[3] * 4)
        return 1
        """;

    /// <summary>
    /// Takes the streams of a node away that gave no sign for too long. ARGV: the node, lease in ms, silence in ms from which it may have
    /// served alone, ms to keep. Answers how many; -1 where it lives.
    /// </summary>
    public const string Bury = Head + """
        local node, lease, alone, ttl = unpack(ARGV)
        local quiet = silence(node)
        if quiet >= 0 and quiet <= tonumber(lease) then return -1 end
        local count = 0
        for _, id in ipairs(redis.call('SMEMBERS', 'avserver:n:' .. node)) do
          local key = 'avserver:s:' .. id
          if redis.call('HGET', key, 'node') == node then
            redis.call('HDEL', key, 'token', 'node')
            redis.call('HSET', key, 'dirty', (quiet < 0 or quiet >= tonumber(alone)) and 2 or 1)
            touch(key, id, ttl)
            count = count + 1
          end
        end
        redis.call('DEL', 'avserver:n:' .. node, 'avserver:l:' .. node)
        redis.call('HDEL', 'avserver:nodes', node)
        return count
        """;

    /// <summary>
    /// Marks an epoch as one that may have gone on where nobody else saw it. KEYS: the hash. ARGV: id, epoch, the channel, what is
    /// published.
    /// </summary>
    public const string Doubt = Head + """
        local key, id, epoch, channel, message = KEYS[1], unpack(ARGV)
        local past = redis.call('HGET', key, 'past') or ''
        local marked = string.gsub(past, epoch .. ' (%d+) 0', epoch .. ' %1 1')
        if marked ~= past then redis.call('HSET', key, 'past', marked) end
        redis.call('PUBLISH', channel, message)
        return 0
        """;

    /// <summary>
    /// Deletes a stream's events up to where they end now. KEYS: the hash. ARGV: id, the channel, what is published.
    /// </summary>
    public const string Delete = Head + """
        local key, id, channel, message = KEYS[1], unpack(ARGV)
        local state = redis.call('HMGET', key, 'epoch', 'last', 'types')
        for type in string.gmatch(state[3] or '', '[^,]+') do
          redis.call('XTRIM', 'avserver:e:' .. id .. ':' .. type, 'MAXLEN', 0)
          redis.call('HSET', key, 'gone:' .. type, state[1] .. ':' .. state[2])
        end
        redis.call('PUBLISH', channel, message)
        return 0
        """;
}
