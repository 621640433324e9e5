namespace AVServer.Contracts;

/// <summary>How far the scoring of a file is that runs behind its request.</summary>
/// <param name="Id">Its name under <c>/api/jobs</c>.</param>
/// <param name="File">Name that the sender gave the file.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Done">Media time that has been heard.</param>
/// <param name="Total">Length of the media as its container states it; absent where it doesn't.</param>
/// <param name="SubmittedAt">When it came, UTC.</param>
/// <param name="EndedAt">When it ended, UTC; absent until then.</param>
/// <param name="Error">Why it failed; absent unless it did.</param>
/// <param name="Node">Who works on it, or did; absent until then, and where there are no other nodes.</param>
/// <param name="Tries">How often it was begun; absent where <paramref name="Node"/> is.</param>
public sealed record JobStatus(
    string Id, string File, JobState State, TimeSpan Done, TimeSpan? Total, DateTimeOffset SubmittedAt, DateTimeOffset? EndedAt = null,
    JobError? Error = null, string? Node = null, int? Tries = null);

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Others come first.</summary>
    Queued,

    Running,

    /// <summary>Its result waits under <c>/api/jobs/{id}/result</c>.</summary>
    Succeeded,

    Failed,

    /// <summary>Somebody deleted it.</summary>
    Cancelled,
}

/// <summary>Why a job failed.</summary>
/// <param name="Code">One of <see cref="FaultCodes"/>.</param>
/// <param name="Message">What was expected, what came, what to do.</param>
public sealed record JobError(string Code, string Message);
