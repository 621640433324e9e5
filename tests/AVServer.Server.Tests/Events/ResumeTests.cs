using System.Net.ServerSentEvents;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;

namespace AVServer.Server.Tests.Events;

/// <summary>
/// Readers who come back to a server that began anew, or that let go of what they missed: they get it, or are told, and never neither.
/// </summary>
[Trait("Category", "server")]
public sealed class ResumeTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Restarted_server_without_history_tells_that_what_came_before_is_gone()
    {
        EventCursor last;
        await using (var server = await RunningServer.StartAsync())
        {
            await SendWordAsync(server, "s");
            last = server.Broker.Position("s");
            await SendWordAsync(server, "s");
        }
        await using var restarted = await RunningServer.StartAsync();
        await SendWordAsync(restarted, "s");
        var end = restarted.Broker.Position("s");
        var seen = await ReadAsync(restarted, last, 4);
        var lost = Assert.IsType<LostEvent>(seen[0]);
        Assert.Equal((last, end with { Sequence = 0 }, LostReason.Restart), (lost.From!.Value, lost.To!.Value, lost.Reason));
        Assert.Equal(["lost 0", "opened 1", "wakeWord 2", "closed 3"], Names(seen));
        // Who has been told isn't told again.
        Assert.Equal(["opened 1", "wakeWord 2"], Names(await ReadAsync(restarted, lost.Cursor!.Value, 2)));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restarted_server_with_history_gives_all_that_happened_and_says_nothing_is_lost(string provider)
    {
        var settings = await SettingsAsync(provider);
        EventCursor last;
        await using (var server = await RunningServer.StartAsync(settings))
        {
            await SendWordAsync(server, "s");
            last = server.Broker.Position("s") with { Sequence = 2 };
            await SendWordAsync(server, "s");
            await SendWordAsync(server, "other");
            await server.StopAsync();
        }
        await using (var between = await RunningServer.StartAsync(settings))
        {
            await SendWordAsync(between, "s");
            await between.StopAsync();
        }
        await using var restarted = await RunningServer.StartAsync(settings);
        await SendWordAsync(restarted, "s");
        string[] expected =
        [
            "closed 3", "opened 4", "wakeWord 5", "closed 6",
            "opened 1", "wakeWord 2", "closed 3",
            "opened 1", "wakeWord 2", "closed 3",
        ];
        var seen = await ReadAsync(restarted, last, expected.Length);
        Assert.Equal(expected, Names(seen));
        Assert.Equal(3, seen.Select(e => e.Cursor!.Value.Epoch).Distinct().Count());
        Assert.Equal(["wakeWord 5", "wakeWord 2", "wakeWord 2"], Names(await ReadAsync(restarted, last, 3, "wakeWord")));
        // From anywhere in between, too, and over the hub as over HTTP.
        Assert.Equal(expected[5..], Names(await ReadAsync(restarted, seen[4].Cursor!.Value, expected.Length - 5)));
        var (hub, _) = await HubClient.ConnectAsync(restarted);
        await using var connection = hub;
        var overHub = hub.StreamAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter("s", After: last));
        Assert.Equal(expected, Names(await overHub.Take(expected.Length).ToListAsync(TestTimeout.Token())));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task History_gives_what_memory_let_go_of_without_a_restart(string provider)
    {
        await using var server = await RunningServer.StartAsync(
            [.. await SettingsAsync(provider), ("Server:Limits:EventsKept", "1"), ("Server:Limits:WakeWordsKept", "1")]);
        for (var i = 0; i < 100; i++) await SendWordAsync(server, "s");
        var seen = await ReadAsync(server, EventCursor.Start, 300);
        Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), seen.Select(e => e.Sequence));
        Assert.DoesNotContain(seen, e => e is LostEvent);
    }

    [Fact]
    public async Task Server_that_was_killed_tells_that_the_end_of_its_history_may_be_missing()
    {
        var settings = await SettingsAsync("sqlite");
        EventCursor last;
        await using (var server = await RunningServer.StartAsync(settings))
        {
            last = server.Broker.Position("s");
            await SendWordAsync(server, "s");
            await server.Part<HistoryRecorder>().FlushAsync(default);
        }
        // As a kill leaves it: the stream's end was never written.
        await ExecuteAsync("DELETE FROM avserver_events WHERE type = 'closed'");
        await using var restarted = await RunningServer.StartAsync(settings);
        await SendWordAsync(restarted, "s");
        var seen = await ReadAsync(restarted, last, 6);
        Assert.Equal(["lost 0", "opened 1", "wakeWord 2", "opened 1", "wakeWord 2", "closed 3"], Names(seen));
        var lost = (LostEvent)seen[0];
        Assert.Equal((last, last with { Sequence = 2 }, LostReason.Restart), (lost.From!.Value, lost.To!.Value, lost.Reason));
    }

    [Fact]
    public async Task Event_that_the_history_lost_is_told_with_what_is_left()
    {
        await using var server = await RunningServer.StartAsync(
            [.. await SettingsAsync("sqlite"), ("Server:Limits:EventsKept", "1"), ("Server:Limits:WakeWordsKept", "1")]);
        for (var i = 0; i < 3; i++) await SendWordAsync(server, "s");
        await server.Part<HistoryRecorder>().FlushAsync(default);
        await ExecuteAsync("DELETE FROM avserver_events WHERE sequence IN (2, 5)");
        Assert.Equal(
            ["lost 0", "opened 1", "closed 3", "opened 4", "closed 6", "opened 7", "wakeWord 8", "closed 9"],
            Names(await ReadAsync(server, EventCursor.Start, 8)));
    }

    [Fact]
    public async Task History_of_before_there_were_cursors_is_read()
    {
        var settings = await SettingsAsync("sqlite");
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        await ExecuteAsync("""
            CREATE TABLE avserver_events (id INTEGER PRIMARY KEY AUTOINCREMENT, stream_id TEXT NOT NULL, sequence BIGINT NOT NULL,
                type TEXT NOT NULL, keyword TEXT, at_us BIGINT NOT NULL, body TEXT NOT NULL);
            INSERT INTO avserver_events (stream_id, sequence, type, at_us, body)
            VALUES ('s', 7, 'closed', 4102444800000000,
                '{"type":"closed","reason":"idle","duration":1,"streamId":"s","sequence":7,"at":"2026-01-02T03:04:05+00:00"}');
            """);
        await using var server = await RunningServer.StartAsync(settings);
        await SendWordAsync(server, "s");
        var seen = await ReadAsync(server, new EventCursor("0", 6), 4);
        Assert.Equal(["closed 7", "opened 1", "wakeWord 2", "closed 3"], Names(seen));
        Assert.Equal(new EventCursor("0", 7), seen[0].Cursor);
    }

    [Fact]
    public async Task Place_that_this_server_never_gave_is_told_as_such()
    {
        await using var server = await RunningServer.StartAsync();
        await SendWordAsync(server, "s");
        var foreign = Assert.IsType<LostEvent>((await ReadAsync(server, new EventCursor("abc", 5), 4))[0]);
        Assert.Equal(LostReason.UnknownEpoch, foreign.Reason);
        var ahead = Assert.IsType<LostEvent>((await ReadAsync(server, server.Broker.Position("s") with { Sequence = 99 }, 1))[0]);
        Assert.Equal((LostReason.UnknownEpoch, 3L), (ahead.Reason, ahead.To!.Value.Sequence));
    }

    [Fact]
    public async Task Stream_whose_log_was_forgotten_begins_another_epoch()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:ClosedStreamsKept", "0"));
        await SendWordAsync(server, "s");
        await RunningServer.UntilAsync(() => server.Broker.LogCount == 0, "the log is forgotten");
        await SendWordAsync(server, "t");
        using var reading = server.Broker.Subscribe(new EventFilter("s"));
        var before = reading.End with { Epoch = reading.End.Epoch[..^1] + (reading.End.Epoch[^1] == '0' ? '1' : '0'), Sequence = 3 };
        using var again = server.Broker.Subscribe(new EventFilter("s", After: before));
        Assert.Equal((LostReason.Trimmed, 0L), (again.Lost!.Reason, again.Lost.To!.Value.Sequence));
    }

    [Fact]
    public async Task History_that_does_not_answer_is_asked_again_and_nothing_is_told_as_lost()
    {
        await using var server = await RunningServer.StartAsync(await SettingsAsync("postgres"));
        await SendWordAsync(server, "s");
        await server.Part<HistoryRecorder>().FlushAsync(default);
        await postgres.StopAsync();
        try
        {
            using var refused = await server.Http.GetAsync($"{Routes.Events}?streamId=s&after=0:0");
            Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(refused));
            Assert.Equal(0, server.Broker.SubscriberCount);
        }
        finally
        {
            await postgres.StartAsync();
        }
    }

    private string DatabasePath => Path.Combine(_folder.Path, "events", "history.db");

    private async Task<(string Key, string Value)[]> SettingsAsync(string provider) => provider == "sqlite"
        ? [("History:Provider", provider), ("History:Path", DatabasePath)]
        : [("History:Provider", provider), ("History:ConnectionString", await postgres.CreateDatabaseAsync())];

    private async Task ExecuteAsync(string statement)
    {
        var database = new SqliteConnectionStringBuilder { DataSource = DatabasePath, Pooling = false };
        await using var connection = new SqliteConnection(database.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }

    private static IEnumerable<string> Names(IEnumerable<StreamEvent> events) =>
        from e in events
        let type = JsonSerializer.SerializeToElement(e, ContractsJson.Options).GetProperty("type")
        select $"{type} {(e is LostEvent ? 0 : e.Sequence)}";

    private static async Task<List<StreamEvent>> ReadAsync(RunningServer server, EventCursor after, int count, string? types = null)
    {
        var query = $"?streamId=s&after={after}{(types is null ? "" : $"&types={types}")}";
        using var response = await server.Http.GetAsync(Routes.Events + query, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var items = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(TestTimeout.Token());
        return await items.Take(count)
            .Select(item => JsonSerializer.Deserialize<StreamEvent>(item.Data, ContractsJson.Options)!)
            .ToListAsync();
    }

    private static async Task SendWordAsync(RunningServer server, string streamId)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId);
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }
}
