namespace AVServer.Server.Storage.History;

/// <summary>What differs between the databases that events are kept in.</summary>
/// <param name="Schema">Makes table and indexes where they are missing.</param>
/// <param name="UsedBytes">How many bytes the events take.</param>
/// <param name="HasEpochs">Counts the columns of epochs that the table has; a table of before there were any gets one.</param>
/// <param name="OnOpen">Runs on each connection when it is opened.</param>
/// <param name="AfterDelete">Runs after a deletion.</param>
/// <param name="TypeIsAmong">
/// Whether an event's type is one of the parameter <c>types</c>: PostgreSQL takes a list as it is, for others Dapper spells it out.
/// </param>
internal sealed record SqlDialect(
    IReadOnlyList<string> Schema, string UsedBytes, string HasEpochs, string? OnOpen = null, string? AfterDelete = null,
    string TypeIsAmong = "type IN @types")
{
    /// <summary>Version of the schema that this server reads and writes: 1 had no epochs, and nothing that told its version.</summary>
    public const int Version = 2;

    /// <summary>Makes the table that tells the version.</summary>
    public const string MakeVersion = "CREATE TABLE IF NOT EXISTS avserver_schema (version BIGINT NOT NULL)";

    /// <summary>Reads the version; nothing where none is told yet.</summary>
    public const string ReadVersion = "SELECT MAX(version) FROM avserver_schema";

    /// <summary>Tells the version.</summary>
    public const string InsertVersion = "INSERT INTO avserver_schema (version) VALUES (@version)";

    /// <summary>Adds the column of epochs. Events of before there were any are in epoch <c>0</c>.</summary>
    public const string AddEpochs = "ALTER TABLE avserver_events ADD COLUMN epoch TEXT NOT NULL DEFAULT '0'";

    /// <summary>What needs the column of epochs.</summary>
    public const string IndexEpochs = "CREATE INDEX IF NOT EXISTS avserver_events_place ON avserver_events (stream_id, epoch, sequence)";

    /// <summary>
    /// SQLite. What was deleted is overwritten, in the file and in its log: a person's right to be forgotten ends not at a free page.
    /// </summary>
    public static SqlDialect Sqlite { get; } = new(
        ["PRAGMA journal_mode = WAL", .. Tables("INTEGER PRIMARY KEY AUTOINCREMENT")],
        // What was deleted is a free page, and written to again.
        UsedBytes: "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        HasEpochs: "SELECT COUNT(*) FROM pragma_table_info('avserver_events') WHERE name = 'epoch'",
        OnOpen: "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON",
        AfterDelete: "PRAGMA wal_checkpoint(TRUNCATE)");

    public static SqlDialect Postgres { get; } = new(
        Tables("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        // Not the table's size, which doesn't fall: text, and about as much as the columns and indexes beside it take.
        UsedBytes: "SELECT COALESCE(SUM(octet_length(body) + 300), 0)::BIGINT FROM avserver_events",
        HasEpochs:
            """
            SELECT COUNT(*) FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = 'avserver_events' AND column_name = 'epoch'
            """,
        TypeIsAmong: "type = ANY(@types)");

    private static string[] Tables(string key) =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS avserver_events (
            id {key},
            stream_id TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            type TEXT NOT NULL,
            keyword TEXT,
            at_us BIGINT NOT NULL,
            body TEXT NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS avserver_events_stream ON avserver_events (stream_id, id)",
        "CREATE INDEX IF NOT EXISTS avserver_events_type ON avserver_events (type, keyword, id)",
        "CREATE INDEX IF NOT EXISTS avserver_events_at ON avserver_events (at_us)",
    ];
}
