namespace AVServer.Server.Cluster;

/// <summary>
/// What Redis does in one step for jobs, in Lua. Those that wait or run are entries of the stream <c>avserver:jobs</c>, read by its group
/// <c>nodes</c>; of each there is a hash, <c>avserver:j:ID</c>, with what was asked for (<c>job</c>, as JSON), where it stands
/// (<c>state</c>, <c>done</c>, <c>ended</c>, <c>code</c>, <c>message</c>), its entry, how often it was taken (<c>tries</c>), and by whom
/// (<c>node</c>, and <c>run</c>, a token that only the last who took it has). Sorted by time are all (<c>avserver:jobs:all</c>), those that
/// have ended (<c>avserver:jobs:ended</c>) and those that were given up (<c>avserver:jobs:given-up</c>).
/// </summary>
internal static class JobScripts
{
    private const string Head = """
        local jobs, group = 'avserver:jobs', 'nodes'
        if redis.call('EXISTS', jobs) == 0 then redis.call('XGROUP', 'CREATE', jobs, group, '0', 'MKSTREAM') end
        local function now() local t = redis.call('TIME') return string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)) end
        local function keyOf(id) return 'avserver:j:' .. id end
        local function drop(entry)
          if not entry then return end
          redis.call('XACK', jobs, group, entry)
          redis.call('XDEL', jobs, entry)
        end
        local function forget(id)
          drop(redis.call('HGET', keyOf(id), 'entry'))
          redis.call('DEL', keyOf(id))
          for _, list in ipairs({'all', 'ended', 'given-up'}) do redis.call('ZREM', 'avserver:jobs:' .. list, id) end
        end
        local function wait(id)
          redis.call('HSET', keyOf(id), 'state', 'queued', 'done', 0, 'tries', 0, 'entry', redis.call('XADD', jobs, '*', 'id', id))
        end
        local function owns(id, run) return redis.call('HGET', keyOf(id), 'run') == run end

        """;

    /// <summary>
    /// Takes a job in. ARGV: the channel, id, JSON, ms at which it came, the most that may wait or -1, and of one whose result is there
    /// already the run that brought it. Answers ok, there, or full.
    /// </summary>
    public const string Submit = Head + """
        local channel, id, job, came, most, run = unpack(ARGV)
        if redis.call('EXISTS', keyOf(id)) == 1 then return 'there' end
        local waiting = redis.call('XLEN', jobs) - redis.call('XPENDING', jobs, group)[1]
        if tonumber(most) >= 0 and waiting >= tonumber(most) then return 'full' end
        redis.call('HSET', keyOf(id), 'job', job)
        redis.call('ZADD', 'avserver:jobs:all', came, id)
        if run ~= '' then
          redis.call('HSET', keyOf(id), 'state', 'succeeded', 'result', run, 'ended', now(), 'done', 0, 'tries', 1)
          redis.call('ZADD', 'avserver:jobs:ended', now(), id)
        else
          wait(id)
          redis.call('PUBLISH', channel, id)
        end
        return 'ok'
        """;

    /// <summary>
    /// Takes the next job to work on: one whose worker gave no sign first, then the oldest that waits. ARGV: this process, the node's name,
    /// a new token, ms of silence, the most tries. Answers whether it was another's, and id, JSON and tries if there is one, behind the ids
    /// of those that were given up.
    /// </summary>
    public const string Take = Head + """
        local process, node, run, silence, most = unpack(ARGV)
        local given = {}
        while true do
          local entry, cursor, again = nil, '0-0', 1
          repeat
            local claimed = redis.call('XAUTOCLAIM', jobs, group, process, silence, cursor, 'COUNT', 1)
            cursor, entry = claimed[1], claimed[2][1]
          until entry or cursor == '0-0'
          if not entry then
            local read = redis.call('XREADGROUP', 'GROUP', group, process, 'COUNT', 1, 'STREAMS', jobs, '>')
            if not read then return {given} end
            entry, again = read[1][2][1], 0
          end
          local id = entry[2][2]
          local state = redis.call('HMGET', keyOf(id), 'job', 'tries', 'state')
          if not state[1] then
            drop(entry[1])   -- removed meanwhile
          elseif tonumber(state[2]) >= tonumber(most) then
            redis.call('HSET', keyOf(id), 'state', 'givenUp', 'ended', now())
            redis.call('HDEL', keyOf(id), 'run', 'entry')
            redis.call('ZADD', 'avserver:jobs:given-up', now(), id)
            drop(entry[1])
            given[#given + 1] = id
          else
            if state[3] == 'queued' then again = 0 end   -- given back in order
            redis.call('HSET', keyOf(id), 'state', 'running', 'done', 0, 'run', run, 'node', node, 'tries', state[2] + 1)
            return {given, again, id, state[1], state[2] + 1}
          end
        end
        """;

    /// <summary>
    /// A worker's sign of life. ARGV: its process, the job's id, its token, ticks that are done. Answers whether the job is still its own.
    /// </summary>
    public const string Beat = Head + """
        local process, id, run, done = unpack(ARGV)
        if not owns(id, run) then return 0 end
        redis.call('XCLAIM', jobs, group, process, 0, redis.call('HGET', keyOf(id), 'entry'), 'JUSTID')
        redis.call('HSET', keyOf(id), 'done', done)
        return 1
        """;

    /// <summary>
    /// Ends a job. ARGV: id, token, state, ticks that are done, code and message of its error. Answers whether it was the worker's own.
    /// </summary>
    public const string End = Head + """
        local id, run, state, done, code, message = unpack(ARGV)
        if not owns(id, run) then return 0 end
        drop(redis.call('HGET', keyOf(id), 'entry'))
        redis.call('HDEL', keyOf(id), 'run', 'entry')
        redis.call('HSET', keyOf(id), 'state', state, 'done', done, 'ended', now(), 'result', run)
        if code ~= '' then redis.call('HSET', keyOf(id), 'code', code, 'message', message) end
        redis.call('ZADD', 'avserver:jobs:ended', now(), id)
        return 1
        """;

    /// <summary>
    /// Gives a job back that its node has no time for any more: it is the next, and no try was had. ARGV: the channel, the process, id,
    /// token.
    /// </summary>
    public const string Release = Head + """
        local channel, process, id, run = unpack(ARGV)
        if not owns(id, run) then return 0 end
        redis.call('HDEL', keyOf(id), 'run', 'node')
        redis.call('HSET', keyOf(id), 'state', 'queued', 'done', 0)
        redis.call('HINCRBY', keyOf(id), 'tries', -1)
        redis.call('XCLAIM', jobs, group, process, 0, redis.call('HGET', keyOf(id), 'entry'), 'IDLE', 1000000000000, 'JUSTID')
        redis.call('PUBLISH', channel, id)
        return 1
        """;

    /// <summary>Removes a job. ARGV: the channel, id. Answers whether it was there.</summary>
    public const string Remove = Head + """
        if redis.call('EXISTS', keyOf(ARGV[2])) == 0 then return 0 end
        forget(ARGV[2])
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return 1
        """;

    /// <summary>Lets a job wait again that was given up. ARGV: the channel, id. Answers whether it was.</summary>
    public const string Retry = Head + """
        local channel, id = unpack(ARGV)
        if redis.call('ZREM', 'avserver:jobs:given-up', id) == 0 then return 0 end
        redis.call('HDEL', keyOf(id), 'ended', 'node')
        wait(id)
        redis.call('PUBLISH', channel, id)
        return 1
        """;

    /// <summary>
    /// Forgets jobs whose time is over. ARGV: ms that those which ended are kept, how many of them, ms that those which were given up are
    /// kept. Answers their ids.
    /// </summary>
    public const string Forget = Head + """
        local ids = redis.call('ZRANGEBYSCORE', 'avserver:jobs:ended', '-inf', now() - ARGV[1])
        for _, id in ipairs(redis.call('ZRANGE', 'avserver:jobs:ended', 0, -1 - ARGV[2])) do ids[#ids + 1] = id end
        for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'avserver:jobs:given-up', '-inf', now() - ARGV[3])) do ids[#ids + 1] = id end
        local gone = {}
        for _, id in ipairs(ids) do
          if redis.call('EXISTS', keyOf(id)) == 1 then gone[#gone + 1] = id end
          forget(id)
        end
        return gone
        """;

    /// <summary>What is known of jobs. ARGV: the sorted list, or an id behind an empty text. Answers of each its id and the hash.</summary>
    public const string Read = """
        local all = {}
        for _, id in ipairs(ARGV[1] == '' and {ARGV[2]} or redis.call('ZRANGE', ARGV[1], 0, -1)) do
          local hash = redis.call('HGETALL', 'avserver:j:' .. id)
          if #hash > 0 then all[#all + 1] = {id, hash} end
        end
        return all
        """;
}
