using System.Diagnostics;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;

namespace AVServer.Server.Scoring;

/// <summary>
/// The scoring of one file behind its request: its upload until it ends, its progress, and its result until it is disposed.
/// </summary>
internal sealed class Job(
    SpooledUpload upload, Spool spool, ScoreRequest request, TimeSpan? total, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly EventSpool _events = new(spool);
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _submittedAt = time.GetUtcNow();
    private readonly ActivityContext _submitter = Activity.Current?.Context ?? default;
    private long _doneTicks;
    private JobState _state = JobState.Queued;
    private DateTimeOffset? _endedAt;
    private JobError? _error;
    private ScoreReport? _report;

    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Ends when the job has.</summary>
    public Task Completion => _completion.Task;

    /// <summary>How far it is at this moment.</summary>
    public JobStatus Status
    {
        get
        {
            var done = TimeSpan.FromTicks(Interlocked.Read(ref _doneTicks));
            lock (_gate) return new JobStatus(Id, request.FileName, _state, done, total, _submittedAt, _endedAt, _error);
        }
    }

    /// <summary>Moment at which it ended, by the clock that measures spans; null until then.</summary>
    public long? EndedTimestamp { get; private set; }

    /// <summary>What was found.</summary>
    /// <exception cref="RefusedException">It is not finished, or it failed; the message says which.</exception>
    public (ScoreReport Report, IEnumerable<StreamEvent> Events) Result
    {
        get
        {
            lock (_gate)
            {
                if (_report is not null) return (_report, _events.ReadAll());
                throw JobFaults.NoResult(Status);
            }
        }
    }

    /// <summary>Stops it where it is, or keeps it from beginning.</summary>
    public void Cancel() => _cancel.Cancel();

    /// <summary>Runs it to its end. Called once; never throws.</summary>
    /// <param name="pipeline">What hears the file.</param>
    /// <param name="stopNow">Ends it with the server.</param>
    public async Task RunAsync(IStreamPipeline pipeline, CancellationToken stopNow)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, stopNow);
        using var span = ServerTraces.StartJob(Id, _submitter);
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            lock (_gate) _state = JobState.Running;
            var report = await pipeline.ScoreFileAsync(
                upload.Path,
                request with { OnEvents = _events.Append, OnProgress = done => Interlocked.Exchange(ref _doneTicks, done.Ticks) },
                stop.Token);
            await _events.CompleteAsync(stop.Token);
            await EndAsync(span, JobState.Succeeded, report, null);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            await EndAsync(span, JobState.Cancelled, null, null);
        }
        catch (OperationCanceledException) when (stopNow.IsCancellationRequested)
        {
            await EndAsync(
                span, JobState.Failed, null,
                new JobError(FaultCodes.ServerStopping, "The server stopped before the file was scored; send it again."));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await EndAsync(span, JobState.Failed, null, JobFaults.Of(exception, Id, logger));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await upload.DisposeAsync();
        await _events.DisposeAsync();
        _cancel.Dispose();
    }

    private async Task EndAsync(Activity? span, JobState state, ScoreReport? report, JobError? error)
    {
        await upload.DisposeAsync();
        if (report is null) await _events.DisposeAsync();   // nobody reads what was found
        ServerTraces.EndJob(span, state, error);
        lock (_gate) (_state, _report, _error, _endedAt, EndedTimestamp) = (state, report, error, time.GetUtcNow(), time.GetTimestamp());
        _completion.SetResult();
    }
}
