using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Storage.History;

/// <summary>
/// Whether and where events are kept beyond the process, from the section <c>History</c>; checked before the port opens. Media is never
/// kept.
/// </summary>
public sealed class HistoryOptions
{
    public const string Section = "History";

    /// <summary>Value of <see cref="Provider"/> for a file of this machine.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>Value of <see cref="Provider"/> for a PostgreSQL server.</summary>
    public const string Postgres = "postgres";

    /// <summary><c>sqlite</c> or <c>postgres</c>. Default: absent, nothing is kept.</summary>
    public string? Provider { get; set; }

    /// <summary>The file of <c>sqlite</c>; it and its folder are made where they are missing. Default: absent.</summary>
    public string? Path { get; set; }

    /// <summary>
    /// How <c>postgres</c> is reached, in Npgsql's form: <c>Host=…;Database=…;Username=…;Password=…</c>. Default: absent.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long an event is kept. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.history.expired")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long events of a type are kept, by wire name, where it is another time than <see cref="Retention"/>:
    /// <c>History:RetentionOf:emotion</c>. One second to ten years. Default: none.
    /// </summary>
    [Limit(Beyond.Forgotten, "avserver.history.expired")]
    public IDictionary<string, TimeSpan> RetentionOf { get; set; } = new Dictionary<string, TimeSpan>();

    /// <summary>Bytes that the events may take; beyond, the oldest go before their time. Default 4 GiB.</summary>
    [Range(1L << 20, 1L << 50)]
    [Limit(Beyond.Forgotten, "avserver.history.expired")]
    public long MaxBytes { get; set; } = 4L << 30;

    /// <summary>Types that are kept, by wire name. Default: all but <c>telemetry</c>, which never is.</summary>
    public IList<string> Types { get; set; } = [];

    /// <summary>Events that wait to be written; beyond, they are lost and counted. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    [Limit(Beyond.Dropped, "avserver.history.lost")]
    public int QueuedEvents { get; set; } = 10_000;

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Provider);
}
