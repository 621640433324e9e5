using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Scoring;

namespace AVServer.Server.Tests.Kit;

/// <summary>One job, which was given up until it is put back.</summary>
internal sealed class GivenUpJob : IJobStore
{
    public const string Id = "given";

    private JobStatus _job = new(
        Id, "a.wav", JobState.Failed, TimeSpan.Zero, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
        new JobError(FaultCodes.JobGivenUp, "Expected a server that lives."), "a", 3);

    public Task<IReadOnlyList<JobStatus>> ListAsync() => Task.FromResult<IReadOnlyList<JobStatus>>([_job]);

    public Task<JobStatus> GetAsync(string id) => Task.FromResult(_job);

    public Task<JobStatus> RetryAsync(string id) =>
        Task.FromResult(_job = _job with { State = JobState.Queued, EndedAt = null, Error = null, Node = null, Tries = null });

    public Task<JobStatus> SubmitAsync(SpooledUpload upload, ScoreRequest request, TimeSpan? total, IDisposable place) =>
        throw new NotSupportedException();

    public Task<(ScoreReport Report, IEnumerable<StreamEvent> Events)> GetResultAsync(string id) => throw new NotSupportedException();

    public IAsyncEnumerable<JobStatus> WatchAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveAsync(string id) => throw new NotSupportedException();
}
