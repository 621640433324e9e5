using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

/// <summary>
/// The jobs of a process by itself. None outlives it, and none is given up: who works on them dies with them.
/// </summary>
internal sealed class JobStore(
    IStreamPipeline pipeline, Spool spool, IOptions<JobOptions> options, ServerMetrics metrics, TimeProvider time, ILogger<JobStore> logger)
    : IJobStore, IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromSeconds(30);

    private readonly JobOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly List<Job> _jobs = [];      // oldest first
    private readonly LinkedList<Job> _waiting = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationTokenSource _stopNow = new();   // not disposed: a host may be stopped after it is
    private Task _working = Task.CompletedTask;
    private Task _forgetting = Task.CompletedTask;
    private bool _stopped;
    private int _disposed;

    public Task<IReadOnlyList<JobStatus>> ListAsync()
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<JobStatus>>([.. _jobs.Select(job => job.Status)]);
    }

    public async Task<JobStatus> SubmitAsync(SpooledUpload upload, ScoreRequest request, TimeSpan? total, IDisposable place)
    {
        var job = await BeginAsync(upload, request, total, place);
        _ = job.Completion.ContinueWith(
            _ => place.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        RefusedException refused;
        lock (_gate)
        {
            if (!_stopped && _waiting.Count < _options.Queued + (_options.Concurrency - Running))
            {
                _jobs.Add(job);
                _waiting.AddLast(job);
                _arrived.Release();
                return job.Status;
            }
            refused = _stopped
                ? new RefusedException(FaultCodes.ServerStopping, "The server is shutting down; send the file again later.")
                : JobFaults.TooMany(_options);
        }
        await job.DisposeAsync();
        place.Dispose();
        throw refused;
    }

    /// <exception cref="RefusedException">There is none, or no longer.</exception>
    public Job Get(string id)
    {
        lock (_gate) return _jobs.Find(job => job.Id == id) ?? throw JobFaults.Unknown(_options);
    }

    public Task<JobStatus> GetAsync(string id) => Task.FromResult(Get(id).Status);

    public Task<(ScoreReport Report, IEnumerable<StreamEvent> Events)> GetResultAsync(string id) => Task.FromResult(Get(id).Result);

    public Task<JobStatus> RetryAsync(string id) => throw JobFaults.NotGivenUp(Get(id).Status);

    public async Task RemoveAsync(string id)
    {
        var job = Get(id);
        job.Cancel();
        var waited = false;
        lock (_gate)
        {
            _jobs.Remove(job);
            waited = _waiting.Remove(job);
        }
        if (waited) await job.RunAsync(pipeline, _stopNow.Token);   // only to its end
        await job.Completion;
        await job.DisposeAsync();
    }

    public async IAsyncEnumerable<JobStatus> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var job = Get(id);
        JobStatus? last = null;
        while (true)
        {
            var ended = job.Completion.IsCompleted;
            if (job.Status is var status && status != last) yield return last = status;
            if (ended) yield break;
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(job.Completion, Task.Delay(WatchInterval, time, pause.Token));
            await pause.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        spool.Sweep();
        _working = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        _forgetting = Task.Run(ForgetAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Ends every job. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate) _stopped = true;
        await _stopNow.CancelAsync();
        await Task.WhenAll(_working, _forgetting);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;   // registered more than once, disposed as often
        await StopAsync(CancellationToken.None);
        foreach (var job in _jobs) await job.DisposeAsync();
    }

    private async Task<Job> BeginAsync(SpooledUpload upload, ScoreRequest request, TimeSpan? total, IDisposable place)
    {
        try
        {
            return new Job(upload, spool, request, total, time, logger);
        }
        catch
        {
            await upload.DisposeAsync();
            place.Dispose();
            throw;
        }
    }

    private int Running => _jobs.Count(job => job.Status.State == JobState.Running);

    private async Task WorkAsync()
    {
        while (true)
        {
            await _arrived.WaitAsync(_stopNow.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Job? job;
            lock (_gate)
            {
                job = _waiting.First?.Value;
                if (job is not null) _waiting.RemoveFirst();
                else if (_stopped) return;
            }
            if (job is null) continue;   // its job was removed while it waited
            var started = time.GetTimestamp();
            await job.RunAsync(pipeline, _stopNow.Token);
            if (job.Status.State == JobState.Succeeded) metrics.Scored(time.GetElapsedTime(started));
            if (job.Status.Error is { } error) metrics.Refused(error.Code);
        }
    }

    private async Task ForgetAsync()
    {
        while (!_stopNow.IsCancellationRequested)
        {
            List<Job> old;
            lock (_gate)
            {
                var ended = _jobs.Where(job => job.EndedTimestamp is not null).OrderBy(job => job.EndedTimestamp).ToList();
                old =
                    [.. ended.Where(
                        (job, i) => i < ended.Count - _options.Kept
                            || time.GetElapsedTime(job.EndedTimestamp!.Value) >= _options.Retention)];
                foreach (var job in old) _jobs.Remove(job);
            }
            if (old.Count > 0) metrics.JobsForgotten(old.Count);
            foreach (var job in old) await job.DisposeAsync();
            await Task.Delay(ForgetInterval < _options.Retention ? ForgetInterval : _options.Retention, time, _stopNow.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
