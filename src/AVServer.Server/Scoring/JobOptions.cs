using System.ComponentModel.DataAnnotations;
using AVServer.Media;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

/// <summary>How long files are scored behind their requests, from the section <c>Jobs</c>; checked before the port opens.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>Jobs that run at once. Default 1.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 1;

    /// <summary>Jobs that wait, their files on disk; beyond, they are refused. Default 16.</summary>
    [Range(0, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int Queued { get; set; } = 16;

    /// <summary>How long a result is kept. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.jobs.forgotten")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Results that are kept; beyond, the oldest go. Default 64.</summary>
    [Range(1, 10_000)]
    [Limit(Beyond.Forgotten, "avserver.jobs.forgotten")]
    public int Kept { get; set; } = 64;

    /// <summary>
    /// Nodes that may die, one after the other, while they work on a job; then it is given up. A process by itself gives none up.
    /// Default 3.
    /// </summary>
    [Range(1, 100)]
    [Limit(Beyond.Ended, "avserver.cluster.jobs.given_up")]
    public int Tries { get; set; } = 3;

    /// <summary>How long a job that was given up is kept, with its file, to be put back. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.jobs.forgotten")]
    public TimeSpan GivenUpRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// A file whose container states more than this becomes a job unless <c>job=false</c> asks otherwise. Default 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AutomaticAbove { get; set; } = TimeSpan.FromMinutes(10);
}

[OptionsValidator]
internal sealed partial class JobOptionsValidator : IValidateOptions<JobOptions>;
