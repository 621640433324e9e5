using System.Data.Common;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Events;

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
        foreach (var statement in dialect.Schema) await ExecuteAsync(connection, statement, [], cancellationToken);
    }

    public async Task AppendAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Insert;
        foreach (var streamEvent in events)
        {
            command.Parameters.Clear();
            Add(command, "stream", streamEvent.StreamId);
            Add(command, "sequence", streamEvent.Sequence);
            Add(command, "type", EventTypes.NameOf(streamEvent));
            Add(command, "keyword", (object?)(streamEvent as WakeWordEvent)?.Keyword ?? DBNull.Value);
            Add(command, "at", Microseconds(streamEvent.At));
            Add(command, "body", JsonSerializer.Serialize(streamEvent, ContractsJson.Options));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<(long Place, StreamEvent Event)>> QueryAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT id, body FROM avserver_events{Where(query, command)} ORDER BY id LIMIT @limit";
        Add(command, "limit", query.Limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(long, StreamEvent)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt64(0), JsonSerializer.Deserialize<StreamEvent>(reader.GetString(1), ContractsJson.Options)!));
        return found;
    }

    public Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken) =>
        DeleteAsync("DELETE FROM avserver_events WHERE stream_id = @stream", ("stream", streamId), cancellationToken);

    public Task<int> DeleteBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        DeleteAsync("DELETE FROM avserver_events WHERE at_us < @at", ("at", Microseconds(moment)), cancellationToken);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<int> DeleteAsync(string statement, (string Name, object Value) parameter, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var deleted = await ExecuteAsync(connection, statement, [parameter], cancellationToken);
        if (deleted > 0 && dialect.AfterDelete is { } cleaning) await ExecuteAsync(connection, cleaning, [], cancellationToken);
        return deleted;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        if (dialect.OnOpen is { } statement) await ExecuteAsync(connection, statement, [], cancellationToken);
        return connection;
    }

    private static string Where(HistoryQuery query, DbCommand command)
    {
        var where = new StringBuilder();
        Require("stream_id = @stream", "stream", query.StreamId);
        Require("keyword = @keyword", "keyword", query.Keyword);
        Require("at_us >= @from", "from", query.From is { } from ? Microseconds(from) : null);
        Require("at_us < @to", "to", query.To is { } to ? Microseconds(to) : null);
        Require("id > @after", "after", query.After);
        if (query.Types is { Count: > 0 } types)
        {
            for (var i = 0; i < types.Count; i++) Add(command, $"type{i}", types[i]);
            Append($"type IN ({string.Join(", ", Enumerable.Range(0, types.Count).Select(i => $"@type{i}"))})");
        }
        return where.ToString();

        void Require(string condition, string name, object? value)
        {
            if (value is null) return;
            Add(command, name, value);
            Append(condition);
        }

        void Append(string condition) => where.Append(where.Length == 0 ? " WHERE " : " AND ").Append(condition);
    }

    private static async Task<int> ExecuteAsync(DbConnection connection, string statement, (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in parameters) Add(command, name, value);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static long Microseconds(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
