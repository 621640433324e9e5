using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.Server.Observability;

namespace AVServer.Server.Scoring;

/// <summary>What is said of a job that failed, or of one that is asked for what it can't give.</summary>
internal static partial class JobFaults
{
    /// <summary>What became of the file.</summary>
    public static JobError Of(Exception exception, string jobId, ILogger logger)
    {
        if (exception is MediaException media) return new JobError(media.Code, media.Message);
        if (Spool.IsFull(exception)) return new JobError(FaultCodes.NoRoom, Spool.NoRoom().Message);
        var faultId = FaultId.New();
        Log.Failed(logger, faultId, jobId, exception);
        return new JobError(FaultCodes.Internal, FaultId.MessageFor(faultId));
    }

    /// <summary>There is no such job, or no longer.</summary>
    public static RefusedException Unknown(JobOptions options) => new(
        FaultCodes.NotFound, $"Expected the id of a job that is not older than {options.Retention}; see {Routes.Jobs}.");

    /// <summary>Too many wait.</summary>
    public static RefusedException TooMany(JobOptions options) => new(
        FaultCodes.ServerBusy, $"Expected at most {options.Queued} waiting jobs; try again later, or raise Jobs:Queued.");

    /// <summary>Why a job has no result.</summary>
    public static RefusedException NoResult(JobStatus status) => status.Error is { } error
        ? new RefusedException(error.Code, error.Message)
        : new RefusedException(
            FaultCodes.JobNotFinished,
            $"Expected a job that has succeeded, this one is {status.State.ToString().ToLowerInvariant()}; ask again when "
            + $"{Routes.Jobs}/{status.Id} says so.");

    /// <summary>Why a job isn't put back.</summary>
    public static RefusedException NotGivenUp(JobStatus status) => new(
        FaultCodes.BadRequest,
        $"Expected a job that was given up ({Routes.GivenUpJobs}), this one is {status.State.ToString().ToLowerInvariant()}.");

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.JobFailed, LogLevel.Error, "The server failed, {Id}: job {JobId}.")]
        public static partial void Failed(ILogger logger, string id, string jobId, Exception exception);
    }
}
