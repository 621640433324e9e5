using System.Globalization;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// The jobs of all nodes: Redis says which wait and who works on which, the shared folder has uploads and results. What Redis forgot is
/// taken in again from the folder.
/// </summary>
internal sealed class ClusterJobs(
    RedisConnection redis, JobFolder folder, IOptions<JobOptions> options, IOptions<ClusterOptions> cluster, ServerMetrics metrics,
    TimeProvider time) : IJobStore, IHostedService, IDisposable
{
    /// <summary>Says that a job came, was given back, or was removed.</summary>
    public const string Channel = "avserver:jobs";

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromSeconds(30);

    private readonly JobOptions _options = options.Value;
    private readonly TimeSpan _interval = cluster.Value.SignInterval;
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IDisposable> _places = [];
    private Task _working = Task.CompletedTask;
    private int _mayHaveForgotten = 1;

    public async Task<IReadOnlyList<JobStatus>> ListAsync() => await ReadAsync("avserver:jobs:all", "");

    public async Task<JobStatus> SubmitAsync(SpooledUpload upload, ScoreRequest request, TimeSpan? total, IDisposable place)
    {
        var id = Guid.NewGuid().ToString("n");
        var job = SharedJob.Of(request, total, time.GetUtcNow());
        try
        {
            if (_stop.IsCancellationRequested) throw RefusedException.Stopping();
            if (redis.Fault is not null) throw redis.Away();
            await folder.CreateAsync(id, upload, job, _stop.Token);
            if (await EnqueueAsync(id, job, Math.Max(1, _options.Queued), "") == "full") throw JobFaults.TooMany(_options);
            lock (_gate) _places.Add(id, place);
        }
        catch (Exception exception)
        {
            folder.Delete(id);
            place.Dispose();
            if (Spool.IsFull(exception)) throw Spool.NoRoom();
            if (exception is OperationCanceledException) throw RefusedException.Stopping();
            throw RedisConnection.IsUnavailable(exception) ? redis.Away() : exception;
        }
        finally
        {
            await upload.DisposeAsync();
        }
        return await GetAsync(id);
    }

    public async Task<JobStatus> GetAsync(string id) => await FindAsync(id) ?? throw JobFaults.Unknown(_options);

    public async Task<(ScoreReport Report, IEnumerable<StreamEvent> Events)> GetResultAsync(string id)
    {
        var status = await GetAsync(id);
        if (status.State != JobState.Succeeded) throw JobFaults.NoResult(status);
        try
        {
            var run = (string?)await redis.Database.HashGetAsync(KeyOf(id), "result") ?? throw JobFaults.Unknown(_options);
            return folder.Read(id, run);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw JobFaults.Unknown(_options);   // removed meanwhile
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }

    public async IAsyncEnumerable<JobStatus> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = await GetAsync(id);
        yield return last;
        while (last.State is JobState.Queued or JobState.Running)
        {
            await Task.Delay(WatchInterval, time, cancellationToken);
            var status = await FindAsync(id) ?? last with { State = JobState.Cancelled, EndedAt = time.GetUtcNow() };
            if (status == last) continue;
            yield return last = status;
        }
    }

    public async Task RemoveAsync(string id)
    {
        await GetAsync(id);
        await AskAsync(() => redis.RunAsync(JobScripts.Remove, [], Channel, id));
        folder.Delete(id);
    }

    public async Task<JobStatus> RetryAsync(string id)
    {
        var status = await GetAsync(id);
        if ((int)await AskAsync(() => redis.RunAsync(JobScripts.Retry, [], Channel, id)) == 0) throw JobFaults.NotGivenUp(status);
        return await GetAsync(id);
    }

    /// <exception cref="SetupException">The folder can't be written, or is another than that of the others.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var id = folder.Open(Guid.NewGuid().ToString("n"));
        await redis.Database.StringSetAsync("avserver:folder", id, when: When.NotExists);
        if (await redis.Database.StringGetAsync("avserver:folder") != id)
            throw new SetupException(
                "Expected Cluster:SharedFolder to be the folder that the other nodes have, got another; mount theirs here. If the folder "
                + "was moved to a new place on purpose, move all that is in it.");
        redis.FeedBroken += () => Interlocked.Exchange(ref _mayHaveForgotten, 1);
        _working = Task.Run(WorkAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _working;
    }

    public void Dispose() => _stop.Cancel();   // where nobody stopped the host before

    private static RedisKey KeyOf(string id) => "avserver:j:" + id;

    private async Task WorkAsync()
    {
        var forgot = time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (Interlocked.Exchange(ref _mayHaveForgotten, 0) == 1) await TakeInAgainAsync();
                await FreePlacesAsync();
                if (time.GetElapsedTime(forgot) > (ForgetInterval < _options.Retention ? ForgetInterval : _options.Retention))
                {
                    await ForgetAsync();
                    forgot = time.GetTimestamp();
                }
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception) || exception is IOException)
            {
                Interlocked.Exchange(ref _mayHaveForgotten, 1);
            }
            await Task.Delay(_interval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TakeInAgainAsync()
    {
        foreach (var (id, job, run) in folder.ReadAll()) await EnqueueAsync(id, job, -1, run ?? "");
    }

    private async Task<string?> EnqueueAsync(string id, SharedJob job, int most, string run) => (string?)await redis.RunAsync(
        JobScripts.Submit, [], Channel, id, job.ToJson(), job.SubmittedAt.ToUnixTimeMilliseconds(), most, run);

    // A place is the key's again when its job has ended, wherever.
    private async Task FreePlacesAsync()
    {
        string[] ids;
        lock (_gate) ids = [.. _places.Keys];
        foreach (var id in ids)
        {
            if ((string?)await redis.Database.HashGetAsync(KeyOf(id), "state") is "queued" or "running") continue;
            IDisposable? place;
            lock (_gate) _places.Remove(id, out place);
            place?.Dispose();
        }
    }

    private async Task ForgetAsync()
    {
        var ids = (string[])(await redis.RunAsync(
            JobScripts.Forget, [], (long)_options.Retention.TotalMilliseconds, _options.Kept,
            (long)_options.GivenUpRetention.TotalMilliseconds))!;
        foreach (var id in ids) folder.Delete(id);
        if (ids.Length > 0) metrics.JobsForgotten(ids.Length);
    }

    private async Task<JobStatus?> FindAsync(string id) => (await ReadAsync("", id)).SingleOrDefault();

    private async Task<IReadOnlyList<JobStatus>> ReadAsync(string list, string id)
    {
        var answer = (RedisResult[])(await AskAsync(() => redis.RunAsync(JobScripts.Read, [], list, id)))!;
        return [.. answer.Select(job => (RedisResult[])job!).Select(job => StatusOf((string)job[0]!, (string[])job[1]!))];
    }

    private static JobStatus StatusOf(string id, string[] fields)
    {
        var hash = fields.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        var (job, state) = (SharedJob.Parse(hash["job"]), hash["state"]);
        var tries = int.Parse(hash["tries"], CultureInfo.InvariantCulture);
        var error = state == "givenUp"
            ? new JobError(
                FaultCodes.JobGivenUp,
                $"Expected a server that lives until the file is scored, but {tries} died or were cut off one after the other; "
                + $"POST {Routes.Jobs}/{id}/retry has it tried again.")
            : hash.TryGetValue("code", out var code) ? new JobError(code, hash["message"]) : null;
        return new JobStatus(
            id, job.File, state == "givenUp" ? JobState.Failed : Enum.Parse<JobState>(state, ignoreCase: true),
            TimeSpan.FromTicks(long.Parse(hash["done"], CultureInfo.InvariantCulture)), job.Total, job.SubmittedAt,
            hash.TryGetValue("ended", out var ended)
                ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(ended, CultureInfo.InvariantCulture)) : null,
            error, hash.GetValueOrDefault("node"), tries == 0 ? null : tries);
    }

    private async Task<RedisResult> AskAsync(Func<Task<RedisResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            throw redis.Away();
        }
    }
}
