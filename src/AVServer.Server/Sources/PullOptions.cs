using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Sources;

/// <summary>How live media is pulled, from the section <c>Pull</c>; checked before the port opens.</summary>
public sealed class PullOptions
{
    public const string Section = "Pull";

    /// <summary>
    /// Networks of this machine and around it whose addresses may be pulled from, like <c>192.168.1.0/24</c>. Default: none, only the
    /// public internet's.
    /// </summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    /// <summary>
    /// SHA-256 of certificates that are trusted whoever signed them and whatever name they have, as of a camera that signed its own: 64
    /// hexadecimal digits, colons between them or none. Default: none.
    /// </summary>
    public IList<string> TrustedCertificates { get; set; } = [];

    /// <summary>Sources at once, those that wait for their next try among them. Default 16.</summary>
    [Range(0, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int MaxSources { get; set; } = 16;

    /// <summary>
    /// Tries in a row without media that lasts before a source is given up; 0: it never is. Default 20, over a quarter of an hour.
    /// </summary>
    [Range(0, 1_000_000)]
    [Limit(Beyond.Ended, "avserver.sources.given-up")]
    public int MaxTries { get; set; } = 20;

    /// <summary>Time for a source to be found, to let itself be connected to and to answer. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    [Limit(Beyond.Ended, "avserver.sources.failures")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time without media of a source that answered. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    [Limit(Beyond.Ended, "avserver.sources.failures")]
    public TimeSpan MediaTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Pause after the first try that failed, by and large: it doubles with each further one, and how long each is is left to chance.
    /// Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between two tries. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The digits of a fingerprint.</summary>
    internal static string HexOf(string fingerprint) => fingerprint.Replace(":", "", StringComparison.Ordinal);
}
