using System.Data.Common;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Events;
using Dapper;

namespace AVServer.Server.History;

/// <summary>
/// One table in any SQL database: the event as its JSON on the wire, and beside it what is asked for. Moments are whole microseconds since 1970,
/// so that they sort alike everywhere.
/// </summary>
/// <param name="source">Makes connections; owned.</param>
/// <param name="dialect">What differs between databases.</param>
internal sealed class SqlHistoryStore(DbDataSource source, SqlDialect dialect) : IHistoryStore
{
    private const string Insert =
        "INSERT INTO avserver_events (stream_id, sequence, type, keyword, at_us, body) VALUES (@stream, @sequence, @type, @keyword, @at, @body)";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        foreach (var statement in dialect.Schema) await ExecuteAsync(connection, statement, null, null, cancellationToken);
    }

    public async Task AppendAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = events.Select(streamEvent => new
        {
            stream = streamEvent.StreamId,
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
        var command = new CommandDefinition($"SELECT id, body FROM avserver_events{Where(query)} ORDER BY id LIMIT @limit", parameters, cancellationToken: cancellationToken);
        var rows = await connection.QueryAsync<(long Place, string Body)>(command);
        return [.. rows.Select(row => (row.Place, JsonSerializer.Deserialize<StreamEvent>(row.Body, ContractsJson.Options)!))];
    }

    public Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken) =>
        DeleteAsync("DELETE FROM avserver_events WHERE stream_id = @stream", new { stream = streamId }, cancellationToken);

    public Task<int> DeleteBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        DeleteAsync("DELETE FROM avserver_events WHERE at_us < @at", new { at = Microseconds(moment) }, cancellationToken);

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

    private static Task<int> ExecuteAsync(DbConnection connection, string statement, object? parameters, DbTransaction? transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(statement, parameters, transaction, cancellationToken: cancellationToken));

    private static long Microseconds(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static long? Microseconds(DateTimeOffset? moment) => moment is { } some ? Microseconds(some) : null;
}
