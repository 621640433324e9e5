using System.Data.Common;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Events;
using Dapper;

namespace AVServer.Server.Storage.History;

/// <summary>
/// One table in any SQL database: the event as its JSON on the wire, and beside it what is asked for. Moments are whole microseconds since
/// 1970, so that they sort alike everywhere.
/// </summary>
/// <param name="source">Makes connections; owned.</param>
/// <param name="dialect">What differs between databases.</param>
internal sealed class SqlHistoryStore(DbDataSource source, SqlDialect dialect) : IHistoryStore
{
    private const string Insert =
        """
        INSERT INTO avserver_events (stream_id, epoch, sequence, type, keyword, at_us, body)
        VALUES (@stream, @epoch, @sequence, @type, @keyword, @at, @body)
        """;

    // The last row at the place or before it; else before the first row of its epoch; else before the first of a later one.
    private const string FindAt =
        """
        SELECT id AS Place, sequence AS Sequence, type AS Type FROM avserver_events
        WHERE stream_id = @stream AND epoch = @epoch AND sequence <= @sequence ORDER BY id DESC LIMIT 1
        """;

    private const string FindBeforeEpoch = "SELECT MIN(id) - 1 FROM avserver_events WHERE stream_id = @stream AND epoch = @epoch";

    private const string FindBeforeLater = "SELECT MIN(id) - 1 FROM avserver_events WHERE stream_id = @stream AND epoch > @epoch";

    private const string Spans =
        """
        SELECT span.epoch AS Epoch, span.first_sequence AS First, span.last_sequence AS Last, span.events AS Count, ending.type AS LastType
        FROM (SELECT epoch, MIN(sequence) AS first_sequence, MAX(sequence) AS last_sequence, COUNT(DISTINCT sequence) AS events,
                     MIN(id) AS first_id, MAX(id) AS last_id
              FROM avserver_events
              WHERE stream_id = @stream AND id > @place AND NOT (epoch = @epoch AND sequence > @sequence)
              GROUP BY epoch) span
        JOIN avserver_events ending ON ending.id = span.last_id
        ORDER BY span.first_id
        """;

    private const string DeleteOldest =
        "DELETE FROM avserver_events WHERE id <= (SELECT id FROM avserver_events ORDER BY id LIMIT 1 OFFSET @tooMany)";

    private const double KeptPart = 0.9;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await ExecuteAsync(connection, SqlDialect.MakeVersion, null, null, cancellationToken);
        var version = await connection.ExecuteScalarAsync<long?>(Command(SqlDialect.ReadVersion, null, cancellationToken));
        if (version > SqlDialect.Version)
            throw new InvalidDataException(
                $"expected events of schema version {SqlDialect.Version} or before, got version {version}: a newer server kept them.");
        foreach (var statement in dialect.Schema) await ExecuteAsync(connection, statement, null, null, cancellationToken);
        if (await connection.ExecuteScalarAsync<long>(Command(dialect.HasEpochs, null, cancellationToken)) == 0)
            await ExecuteAsync(connection, SqlDialect.AddEpochs, null, null, cancellationToken);
        await ExecuteAsync(connection, SqlDialect.IndexEpochs, null, null, cancellationToken);
        if (version != SqlDialect.Version)
            await ExecuteAsync(connection, SqlDialect.InsertVersion, new { version = (long)SqlDialect.Version }, null, cancellationToken);
    }

    public async Task AppendAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = events.Select(streamEvent => new
        {
            stream = streamEvent.StreamId,
            epoch = streamEvent.Cursor?.Epoch ?? EventCursor.Start.Epoch,
            sequence = streamEvent.Sequence,
            type = EventTypes.NameOf(streamEvent),
            keyword = (streamEvent as WakeWordEvent)?.Keyword,
            at = Microseconds(streamEvent.At),
            body = JsonSerializer.Serialize(streamEvent, ContractsJson.Options),
        });
        await ExecuteAsync(connection, Insert, rows, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<(long Place, StreamEvent Event)>> QueryAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        // Of the parameters those count that the statement names.
        var parameters = new
        {
            stream = query.StreamId,
            keyword = query.Keyword,
            from = Microseconds(query.From),
            to = Microseconds(query.To),
            after = query.After,
            types = query.Types?.ToArray(),
            limit = query.Limit,
        };
        var statement = $"SELECT id, epoch, sequence, body FROM avserver_events{Where(query)} ORDER BY id LIMIT @limit";
        var rows = await connection.QueryAsync<(long Place, string Epoch, long Sequence, string Body)>(
            Command(statement, parameters, cancellationToken));
        return [.. rows.Select(row => (row.Place, Read(row.Body, new EventCursor(row.Epoch, row.Sequence))))];
    }

    public async Task<HistoryPlace?> FindAsync(string streamId, EventCursor cursor, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var parameters = new { stream = streamId, epoch = cursor.Epoch, sequence = cursor.Sequence };
        var at = await connection.QueryFirstOrDefaultAsync<HistoryPlace>(Command(FindAt, parameters, cancellationToken));
        if (at is not null) return at;
        foreach (var statement in new[] { FindBeforeEpoch, FindBeforeLater })
            if (await connection.ExecuteScalarAsync<long?>(Command(statement, parameters, cancellationToken)) is { } place)
                return new HistoryPlace(place, 0, "");
        return null;
    }

    public async Task<IReadOnlyList<EpochSpan>> SpansAsync(
        string streamId, long place, EventCursor end, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var parameters = new { stream = streamId, place, epoch = end.Epoch, sequence = end.Sequence };
        // By position: where there is no row, SQLite doesn't say of what type a reckoned column would be, and none fits the record.
        var rows = await connection.QueryAsync<(string Epoch, long First, long Last, long Count, string LastType)>(
            Command(Spans, parameters, cancellationToken));
        return [.. rows.Select(row => new EpochSpan(row.Epoch, row.First, row.Last, row.Count, row.LastType))];
    }

    public Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken) =>
        DeleteAsync("DELETE FROM avserver_events WHERE stream_id = @stream", new { stream = streamId }, cancellationToken);

    public Task<int> DeleteBeforeAsync(
        DateTimeOffset moment, IReadOnlyCollection<string> types, bool areDeleted, CancellationToken cancellationToken) =>
        DeleteAsync(
            $"DELETE FROM avserver_events WHERE at_us < @at AND {(areDeleted ? "" : "NOT ")}({dialect.TypeIsAmong})",
            new { at = Microseconds(moment), types = types.ToArray() }, cancellationToken);

    public async Task<int> DeleteBeyondAsync(long maxBytes, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var bytes = await connection.ExecuteScalarAsync<long>(Command(dialect.UsedBytes, null, cancellationToken));
        if (bytes <= maxBytes) return 0;
        var count = await connection.ExecuteScalarAsync<long>(Command("SELECT COUNT(*) FROM avserver_events", null, cancellationToken));
        // Events are much alike in size; where the oldest are smaller, the next time finds it.
        var tooMany = (long)Math.Ceiling(count * (1 - (KeptPart * maxBytes / bytes)));
        return await DeleteAsync(DeleteOldest, new { tooMany = Math.Min(tooMany, count) - 1 }, cancellationToken);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<int> DeleteAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var deleted = await ExecuteAsync(connection, statement, parameters, null, cancellationToken);
        if (deleted > 0 && dialect.AfterDelete is { } cleaning) await ExecuteAsync(connection, cleaning, null, null, cancellationToken);
        return deleted;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        if (dialect.OnOpen is { } statement) await ExecuteAsync(connection, statement, null, null, cancellationToken);
        return connection;
    }

    // Rows of before there were epochs have their place beside the body only.
    private static StreamEvent Read(string body, EventCursor cursor) =>
        JsonSerializer.Deserialize<StreamEvent>(body, ContractsJson.Options)! with { Cursor = cursor };

    private static CommandDefinition Command(string statement, object? parameters, CancellationToken cancellationToken) =>
        new(statement, parameters, cancellationToken: cancellationToken);

    private string Where(HistoryQuery query)
    {
        string[] conditions = [.. Conditions(query)];
        return conditions.Length == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
    }

    private IEnumerable<string> Conditions(HistoryQuery query)
    {
        if (query.StreamId is not null) yield return "stream_id = @stream";
        if (query.Keyword is not null) yield return "keyword = @keyword";
        if (query.From is not null) yield return "at_us >= @from";
        if (query.To is not null) yield return "at_us < @to";
        if (query.After is not null) yield return "id > @after";
        if (query.Types is { Count: > 0 }) yield return dialect.TypeIsAmong;
    }

    private static Task<int> ExecuteAsync(
        DbConnection connection, string statement, object? parameters, DbTransaction? transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(statement, parameters, transaction, cancellationToken: cancellationToken));

    private static long Microseconds(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static long? Microseconds(DateTimeOffset? moment) => moment is { } some ? Microseconds(some) : null;
}
