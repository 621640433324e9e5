using System.Diagnostics;
using AVServer.Contracts;
using AVServer.Server.Events;

namespace AVServer.Server.Observability;

/// <summary>
/// The spans that the server makes itself: one a stream, within it one for each thing that was noticed in its sound, one a scored file.
/// They bear ids and outcomes, nothing of what was said or seen.
/// </summary>
internal static class ServerTraces
{
    public const string SourceName = "AVServer.Server";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A stream's span, to be disposed; null while nobody collects traces.</summary>
    public static Activity? StartStream(string streamId, string transport) =>
        Source.StartActivity("stream")?.SetTag("avserver.stream.id", streamId).SetTag("avserver.stream.transport", transport);

    /// <summary>
    /// The span of something that was noticed in a stream's sound, to be disposed once it is published; it begins with the arrival of the
    /// last chunk that it was heard in. Null while nobody collects traces.
    /// </summary>
    public static Activity? StartEvent(Activity? stream, string streamId, DateTimeOffset arrived) => stream is null
        ? null
        : Source.StartActivity("event", ActivityKind.Internal, stream.Context, startTime: arrived)?.SetTag("avserver.stream.id", streamId);

    /// <summary>Names the event that was published.</summary>
    public static void Describe(Activity? span, StreamEvent published) =>
        span?.SetTag("avserver.event.type", EventTypes.NameOf(published)).SetTag("avserver.event.sequence", published.Sequence);

    /// <summary>Ends a stream's span: before anyone goes on who waits for the stream's end.</summary>
    public static void EndStream(Activity? span, ClosedEvent closed, FaultEvent? fault)
    {
        if (span is null) return;
        span.SetTag("avserver.stream.close_reason", closed.Reason.ToString())
            .SetTag("avserver.stream.media_seconds", closed.Duration.TotalSeconds);
        if (closed.Reason == CloseReason.Faulted) span.SetStatus(ActivityStatusCode.Error, fault?.Code);
        span.Dispose();
    }

    /// <summary>A file's span, to be disposed, within the request that waits for it; null while nobody collects traces.</summary>
    public static Activity? StartScore() => Source.StartActivity("score");

    /// <summary>A job's span, to be disposed; null while nobody collects traces.</summary>
    /// <param name="jobId">The job's id.</param>
    /// <param name="submitter">The request that brought the file, which may have ended.</param>
    public static Activity? StartJob(string jobId, ActivityContext submitter) =>
        Source.StartActivity("job", ActivityKind.Internal, submitter)?.SetTag("avserver.job.id", jobId);

    /// <summary>Ends a job's span: before anyone goes on who waits for the job's end.</summary>
    public static void EndJob(Activity? span, JobState state, JobError? error)
    {
        if (span is null) return;
        span.SetTag("avserver.job.state", state.ToString());
        if (error is not null) span.SetStatus(ActivityStatusCode.Error, error.Code);
        span.Dispose();
    }
}
