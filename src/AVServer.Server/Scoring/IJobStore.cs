using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;

namespace AVServer.Server.Scoring;

/// <summary>The jobs: some run, some wait in the order in which they came, some have ended and are kept for a while.</summary>
internal interface IJobStore
{
    /// <summary>All jobs, oldest first.</summary>
    /// <exception cref="RefusedException">The other nodes can't be asked.</exception>
    Task<IReadOnlyList<JobStatus>> ListAsync();

    /// <summary>Takes a file to score; upload and place are the job's from here on, also when it is refused.</summary>
    /// <param name="upload">The file.</param>
    /// <param name="request">How it is scored.</param>
    /// <param name="total">Length of the media where its container states it.</param>
    /// <param name="place">What its sender holds until it has ended.</param>
    /// <exception cref="RefusedException">Too many wait, there is no room, or the server stops.</exception>
    Task<JobStatus> SubmitAsync(SpooledUpload upload, ScoreRequest request, TimeSpan? total, IDisposable place);

    /// <summary>How far a job is.</summary>
    /// <exception cref="RefusedException">There is none, or no longer.</exception>
    Task<JobStatus> GetAsync(string id);

    /// <summary>What a job found.</summary>
    /// <exception cref="RefusedException">It is not finished, or it failed; the message says which.</exception>
    Task<(ScoreReport Report, IEnumerable<StreamEvent> Events)> GetResultAsync(string id);

    /// <summary>A job's status now, and whenever it has changed, a few times a second, until it has ended.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    IAsyncEnumerable<JobStatus> WatchAsync(string id, CancellationToken cancellationToken);

    /// <summary>Cancels a job if it has not ended, and forgets it with its result.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    Task RemoveAsync(string id);

    /// <summary>Lets a job wait again that was given up.</summary>
    /// <exception cref="RefusedException">There is none, or it wasn't given up.</exception>
    Task<JobStatus> RetryAsync(string id);
}
