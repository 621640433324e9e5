using System.ComponentModel.DataAnnotations;

namespace AVServer.Server.Cluster;

/// <summary>Whether several servers are one, from the section <c>Cluster</c>; checked before the port opens.</summary>
public sealed class ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>
    /// The Redis that the nodes share, in the form of StackExchange.Redis: <c>redis.lan:6379,password=…,ssl=true</c>. Default: absent,
    /// the server is by itself.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>What this node is called in <c>/api/streams</c> and in logs. Default: the machine's name.</summary>
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")]
    public string Node { get; set; } = NameOfMachine();

    /// <summary>
    /// After how long without a sign a node counts as dead, and others may take its streams. Half as long again without Redis, and a node
    /// gives its events to its own readers alone. Default 4 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// A folder that all nodes see, on whatever carries it (NFS, a volume): with it, a file that is sent to one node may be scored by any,
    /// and its result be read on all. Default: absent, jobs are each node's own.
    /// </summary>
    public string? SharedFolder { get; set; }

    /// <summary>Whether there are other nodes.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Redis);

    /// <summary>How often a node gives a sign, and looks what the others did.</summary>
    internal TimeSpan SignInterval => LeaseTime / 4;

    /// <summary>How long a node goes without Redis before it serves by itself: longer than others need to find it dead.</summary>
    internal TimeSpan LocalAfter => 1.5 * LeaseTime;

    /// <summary>Whether the settings name other nodes; asked before they are checked.</summary>
    internal static bool IsOnIn(IConfiguration configuration) => IsNamedIn(configuration, nameof(Redis));

    /// <summary>Whether jobs are those of all nodes; asked before the settings are checked.</summary>
    internal static bool SharesJobs(IConfiguration configuration) =>
        IsOnIn(configuration) && IsNamedIn(configuration, nameof(SharedFolder));

    private static bool IsNamedIn(IConfiguration configuration, string name) => !string.IsNullOrEmpty(configuration[$"{Section}:{name}"]);

    private static string NameOfMachine()
    {
        var name = new string([.. Environment.MachineName.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-')]);
        return name.TrimStart('.', '-') is { Length: > 0 } usable ? usable[..Math.Min(usable.Length, 64)] : "node";
    }
}
