using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>
/// Works on the jobs of all nodes, some at once. It gives signs of life while it does; a job of a worker that gives none is taken by
/// another, and whoever comes back finds that it is no longer its own.
/// </summary>
internal sealed partial class ClusterJobWorker(
    RedisConnection redis, RedisEvents node, JobFolder folder, Spool spool, IStreamPipeline pipeline, IOptions<JobOptions> options,
    IOptions<ClusterOptions> cluster, ServerMetrics metrics, ClusterMetrics clusterMetrics, TimeProvider time,
    ILogger<ClusterJobWorker> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1_000);

    private readonly JobOptions _options = options.Value;
    private readonly ClusterOptions _cluster = cluster.Value;
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private readonly SemaphoreSlim _arrived = new(0);
    private Task _working = Task.CompletedTask;
    private ChannelMessageQueue? _feed;
    private long _steadySince;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        spool.Sweep();
        _steadySince = time.GetTimestamp();
        redis.FeedBroken += () => Interlocked.Exchange(ref _steadySince, time.GetTimestamp());
        _feed = await redis.Subscriber.SubscribeAsync(RedisChannel.Literal(ClusterJobs.Channel));
        _feed.OnMessage(_ =>
        {
            if (_arrived.CurrentCount < _options.Concurrency) _arrived.Release();
        });
        _working = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
    }

    /// <summary>Gives back what it works on: another node begins it at once.</summary>
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
            TakenJob? job = null;
            try
            {
                job = await TakeAsync();
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
            {
                // When it is back, the others have to give a sign first.
                Interlocked.Exchange(ref _steadySince, time.GetTimestamp());
            }
            if (job is not null)
            {
                await ScoreAsync(job);
                continue;
            }
            Task arrival = _arrived.WaitAsync(_cluster.SignInterval, _stop.Token);
            await arrival.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TakenJob?> TakeAsync()
    {
        var isSteady = time.GetElapsedTime(Interlocked.Read(ref _steadySince)) > _cluster.LeaseTime;
        var run = Guid.NewGuid().ToString("n");
        var answer = (RedisResult[])(await redis.RunAsync(
            JobScripts.Take, [], node.Node, _cluster.Node, run, (long)(isSteady ? _cluster.LeaseTime : Never).TotalMilliseconds,
            _options.Tries))!;
        foreach (var id in (string[])answer[0]!)
        {
            clusterMetrics.JobGivenUp();
            Log.GivenUp(logger, id, _options.Tries);
        }
        if (answer.Length == 1) return null;
        var job = new TakenJob((string)answer[2]!, run, SharedJob.Parse((string)answer[3]!));
        if ((int)answer[1] == 1)
        {
            clusterMetrics.JobTakenOver();
            Log.TakenOver(logger, job.Id, (int)answer[4]);
        }
        return job;
    }

    private async Task ScoreAsync(TakenJob job)
    {
        using var span = ServerTraces.StartJob(job.Id, job.Request.Submitter);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var ended = new CancellationTokenSource();
        var beating = BeatOnAsync(job, stop, ended.Token);
        var started = time.GetTimestamp();
        var (state, error) = (JobState.Cancelled, (JobError?)null);
        try
        {
            await ScoreFileAsync(job, stop.Token);
            state = JobState.Succeeded;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It is another's, was removed, or this node stops.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The files of a removed job are gone, too; that is no fault.
            if (await TryBeatAsync(job)) (state, error) = (JobState.Failed, JobFaults.Of(exception, job.Id, logger));
        }
        await ended.CancelAsync();
        await beating;
        if (state == JobState.Cancelled || !await EndAsync(job, state, error))
        {
            folder.DeleteRun(job.Id, job.Run);
            if (_stop.IsCancellationRequested) await ReleaseAsync(job);
            ServerTraces.EndJob(span, JobState.Cancelled, null);
            return;
        }
        folder.DeleteUpload(job.Id);
        ServerTraces.EndJob(span, state, error);
        if (state == JobState.Succeeded) metrics.Scored(time.GetElapsedTime(started));
        if (error is not null) metrics.Refused(error.Code);
    }

    private async Task ScoreFileAsync(TakenJob job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ScoreReport report;
        await using (var events = folder.CreateEvents(job.Id, job.Run))
            report = await pipeline.ScoreFileAsync(
                folder.UploadOf(job.Id),
                job.Request.ToRequest() with
                {
                    OnEvents = found => EventSpool.Append(events, found),
                    OnProgress = done => Interlocked.Exchange(ref job.DoneTicks, done.Ticks),
                },
                cancellationToken);
        folder.WriteReport(job.Id, job.Run, report);
    }

    private async Task BeatOnAsync(TakenJob job, CancellationTokenSource stop, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await Task.Delay(_cluster.SignInterval, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested || await TryBeatAsync(job)) continue;
            await stop.CancelAsync();
            return;
        }
    }

    // While Redis is away nobody else can take the job either.
    private async Task<bool> TryBeatAsync(TakenJob job)
    {
        try
        {
            return (int)await redis.RunAsync(
                JobScripts.Beat, [], node.Node, job.Id, job.Run, Interlocked.Read(ref job.DoneTicks)) == 1;
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            return true;
        }
    }

    // Redis that is away is waited for: the result is here.
    private async Task<bool> EndAsync(TakenJob job, JobState state, JobError? error)
    {
        while (true)
        {
            try
            {
                return (int)await redis.RunAsync(
                    JobScripts.End, [], job.Id, job.Run, state == JobState.Succeeded ? "succeeded" : "failed",
                    Interlocked.Read(ref job.DoneTicks), error?.Code ?? "", error?.Message ?? "") == 1;
            }
            catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
            {
                if (_stop.IsCancellationRequested) return false;
                await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReleaseAsync(TakenJob job)
    {
        try
        {
            await redis.RunAsync(JobScripts.Release, [], ClusterJobs.Channel, node.Node, job.Id, job.Run);
        }
        catch (Exception exception) when (RedisConnection.IsUnavailable(exception))
        {
            // Another node finds out by itself.
        }
    }

    /// <summary>A job that this node works on.</summary>
    private sealed class TakenJob(string id, string run, SharedJob request)
    {
        /// <summary>Media time that has been heard.</summary>
        public long DoneTicks;

        public string Id => id;

        /// <summary>By what Redis knows that the job is this worker's.</summary>
        public string Run => run;

        public SharedJob Request => request;
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.JobTakenOver, LogLevel.Warning,
            "Job {JobId} was left by a node that gave no sign; this one begins it, try {Tries}.")]
        public static partial void TakenOver(ILogger logger, string jobId, int tries);

        [LoggerMessage(
            LogEventIds.JobGivenUp, LogLevel.Error,
            "Job {JobId} is given up: {Tries} nodes that worked on it gave no sign. /api/jobs/given-up lists it, with its file.")]
        public static partial void GivenUp(ILogger logger, string jobId, int tries);
    }
}
