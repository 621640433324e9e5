using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Dapper;

namespace AVServer.Server.Tests.Storage.History;

/// <summary>History through the whole server, in both databases.</summary>
[Trait("Category", "server")]
public sealed class HistoryTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Events_are_found_by_stream_type_keyword_and_time(string provider)
    {
        await using var server = await RunningServer.StartAsync(await SettingsAsync(provider));
        await SendWordAsync(server, "a");
        await SendWordAsync(server, "b", telemetry: true);
        await server.Part<HistoryRecorder>().FlushAsync(default);

        Assert.Equal(
            ["a opened 1", "a wakeWord 2", "a closed 3", "b opened 1", "b wakeWord 2", "b closed 3"], Names(await QueryAsync(server, "")));
        Assert.Equal(["b opened 1", "b wakeWord 2", "b closed 3"], Names(await QueryAsync(server, "?streamId=b")));
        Assert.Equal(["a wakeWord 2", "a closed 3"], Names(await QueryAsync(server, "?streamId=a&types=wakeWord,%20closed")));
        Assert.Equal(["a wakeWord 2", "b wakeWord 2"], Names(await QueryAsync(server, "?keyword=computer")));
        Assert.Empty((await QueryAsync(server, "?keyword=other")).Events);

        var word = Assert.IsType<WakeWordEvent>((await QueryAsync(server, "?streamId=b&types=wakeWord")).Events[0]);
        Assert.Equal(0.9f, word.Posterior);
        Assert.Equal(["b wakeWord 2", "b closed 3"], Names(await QueryAsync(server, $"?streamId=b&from={Iso(word.At)}")));
        Assert.Equal(["b opened 1"], Names(await QueryAsync(server, $"?streamId=b&to={Iso(word.At)}")));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Pages_hold_everything_once(string provider)
    {
        await using var server = await RunningServer.StartAsync(await SettingsAsync(provider));
        for (var i = 0; i < 3; i++) await SendWordAsync(server, "a");
        await server.Part<HistoryRecorder>().FlushAsync(default);
        var pages = new List<HistoryPage> { await QueryAsync(server, "?streamId=a&limit=4") };
        while (pages[^1].Next is { } next) pages.Add(await QueryAsync(server, $"?streamId=a&limit=4&after={next}"));
        Assert.Equal([4, 4, 1], pages.Select(page => page.Events.Count));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), pages.SelectMany(page => page.Events).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Deletion_reaches_memory_where_there_is_no_history_and_an_open_stream_goes_on()
    {
        await using var server = await RunningServer.StartAsync();
        using var open = await MediaSender.OpenAsync(server, "a", "?events=true");
        await open.SendAsync(0, "Word!!");
        await RunningServer.UntilAsync(() => server.Broker.Position("a").Sequence == 2, "the word was heard");
        using var deleted = await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=a");
        Assert.Equal(2, (await deleted.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Deleted);
        using var unknown = await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=b");
        Assert.Equal(0, (await unknown.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Deleted);
        await open.SendAsync(1, "Word!!");
        await open.SendTextAsync("""{"type":"end"}""");
        await open.ReceiveAllAsync();
        Assert.Equal(["lost", "wakeWord", "closed"], await InMemoryAsync(server, "a"));
        Assert.Equal(4, server.Broker.Position("a").Sequence);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Stream_is_deleted_and_the_rest_outlives_a_restart(string provider)
    {
        var settings = await SettingsAsync(provider);
        await using (var server = await RunningServer.StartAsync(settings))
        {
            await SendWordAsync(server, "a");
            await SendWordAsync(server, "b");
            using var deleted = await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=a");
            Assert.Equal(3, (await deleted.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Deleted);
            Assert.Equal(["b opened 1", "b wakeWord 2", "b closed 3"], Names(await QueryAsync(server, "")));
            Assert.Equal(["lost"], await InMemoryAsync(server, "a"));
            Assert.Equal(["opened", "wakeWord", "closed"], await InMemoryAsync(server, "b"));
            using var again = await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=a");
            Assert.Equal(0, (await again.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Deleted);
            // What was published just before the end is kept too.
            await SendWordAsync(server, "c");
            await server.StopAsync();
        }
        await using var restarted = await RunningServer.StartAsync(settings);
        Assert.Equal(
            ["b opened 1", "b wakeWord 2", "b closed 3", "c opened 1", "c wakeWord 2", "c closed 3"],
            Names(await QueryAsync(restarted, "")));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Store_deletes_what_is_older_than_a_moment_to_the_microsecond(string provider)
    {
        await using var store = HistoryStores.Open(Options(provider, await SettingsAsync(provider)));
        await store.PrepareAsync(default);
        await store.PrepareAsync(default);   // as each start does
        var moment = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await store.AppendAsync(
            [.. Enumerable.Range(-2, 4).Select(i => new GapEvent(MediaKind.Audio, GapReason.MissingInInput, TimeSpan.Zero, TimeSpan.Zero)
        {
            StreamId = "s",
            Cursor = new EventCursor("e", i + 3),
            At = moment.AddMicroseconds(i),
        })], default);
        Assert.Equal(0, await store.DeleteBeforeAsync(moment, ["gap", "opened"], areDeleted: false, default));
        Assert.Equal(0, await store.DeleteBeforeAsync(moment, ["opened", "closed"], areDeleted: true, default));
        Assert.Equal(1, await store.DeleteBeforeAsync(moment.AddMicroseconds(-1), ["gap", "opened"], areDeleted: true, default));
        Assert.Equal(1, await store.DeleteBeforeAsync(moment, [], areDeleted: false, default));
        var left = await store.QueryAsync(new HistoryQuery(null, null, null, null, null, null, 10), default);
        Assert.Equal([3, 4], left.Select(kept => kept.Event.Sequence));
        Assert.Equal(moment, left[0].Event.At);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Oldest_events_go_before_their_time_where_all_take_too_much_room(string provider)
    {
        await using var store = HistoryStores.Open(Options(provider, await SettingsAsync(provider)));
        await store.PrepareAsync(default);
        // Two thousand of a kilobyte each: two megabytes and what stands beside them.
        await store.AppendAsync([.. Enumerable.Range(1, 2_000).Select(i => new FaultEvent("code", new string('x', 1_000))
        {
            StreamId = "s",
            Cursor = new EventCursor("e", i),
            At = DateTimeOffset.UnixEpoch.AddSeconds(i),
        })], default);
        Assert.Equal(0, await store.DeleteBeyondAsync(4 << 20, default));

        var deleted = await store.DeleteBeyondAsync(1 << 20, default);

        Assert.InRange(deleted, 1_000, 1_700);
        Assert.Equal(0, await store.DeleteBeyondAsync(1 << 20, default));
        var left = await store.QueryAsync(new HistoryQuery(null, null, null, null, null, null, 1), default);
        Assert.Equal(deleted + 1, Assert.Single(left).Event.Sequence);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task History_of_a_newer_server_stops_the_start_and_is_left_as_it_is(string provider)
    {
        var settings = await SettingsAsync(provider);
        var options = Options(provider, settings);
        await using (var store = HistoryStores.Open(options)) await store.PrepareAsync(default);
        await using (var source = HistoryStores.SourceOf(options))
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal(SqlDialect.Version, await connection.ExecuteScalarAsync<long>(SqlDialect.ReadVersion));
            await connection.ExecuteAsync("INSERT INTO avserver_schema (version) VALUES (99)");
        }
        var error = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(settings));
        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("History:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_stream_is_left_in_the_file_and_only_the_owner_reads_it()
    {
        var settings = await SettingsAsync("sqlite");
        var path = settings.Single(setting => setting.Key == "History:Path").Value;
        await using var server = await RunningServer.StartAsync(settings);
        await SendWordAsync(server, "unmistakable");
        await SendWordAsync(server, "other");
        await server.Part<HistoryRecorder>().FlushAsync(default);
        Assert.True(Holds("unmistakable"));
        using var deleted = await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=unmistakable");
        Assert.False(Holds("unmistakable"));
        Assert.True(Holds("other"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        bool Holds(string text) => Directory.GetFiles(Path.GetDirectoryName(path)!).Any(file =>
        {
            using var reader = new StreamReader(
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), System.Text.Encoding.Latin1);
            return reader.ReadToEnd().Contains(text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Database_that_restarts_costs_no_event()
    {
        await using var server = await RunningServer.StartAsync(await SettingsAsync("postgres"));
        await SendWordAsync(server, "a");
        await server.Part<HistoryRecorder>().FlushAsync(default);
        await postgres.StopAsync();
        try
        {
            await SendWordAsync(server, "a");
            await RunningServer.UntilAsync(
                () => server.Log.Lines.Any(line => line.Contains("could not write", StringComparison.Ordinal)), "a write failed");
            using var asked = await server.Http.GetAsync(Routes.EventHistory);
            Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(asked));
        }
        finally
        {
            await postgres.StartAsync();
        }
        await server.Part<HistoryRecorder>().FlushAsync(TestTimeout.Token());
        Assert.Equal([1, 2, 3, 4, 5, 6], (await QueryAsync(server, "?streamId=a")).Events.Select(e => e.Sequence));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?types=telemetry")]
    [InlineData("?types=nothing")]
    [InlineData("?streamId=-")]
    [InlineData("?after=17")]
    [InlineData("?after=0198c1f2a3b47d51:17")]
    [InlineData("?from=yesterday")]
    [InlineData("?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")]
    public async Task Query_that_can_not_be_met_is_a_problem(string query)
    {
        await using var server = await RunningServer.StartAsync(await SettingsAsync("sqlite"));
        using var response = await server.Http.GetAsync(Routes.EventHistory + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task Server_without_history_says_so()
    {
        await using var server = await RunningServer.StartAsync();
        await SendWordAsync(server, "a");
        using var asked = await server.Http.GetAsync(Routes.EventHistory);
        Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(asked));
    }

    private static async Task<string[]> InMemoryAsync(RunningServer server, string streamId)
    {
        using var subscription = server.Broker.Subscribe(new EventFilter(streamId, null, EventCursor.Start));
        subscription.Complete();
        return [.. (await subscription.ReadAllAsync().ToListAsync()).Select(EventTypes.NameOf)];
    }

    private static HistoryOptions Options(string provider, (string Key, string Value)[] settings)
    {
        var given = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        return new HistoryOptions
        {
            Provider = provider,
            Path = given.GetValueOrDefault("History:Path"),
            ConnectionString = given.GetValueOrDefault("History:ConnectionString"),
        };
    }

    private async Task<(string Key, string Value)[]> SettingsAsync(string provider) => provider == "sqlite"
        ? [("History:Provider", provider), ("History:Path", Path.Combine(_folder.Path, "events", "history.db"))]
        : [("History:Provider", provider), ("History:ConnectionString", await postgres.CreateDatabaseAsync())];

    private static async Task<HistoryPage> QueryAsync(RunningServer server, string query)
    {
        using var response = await server.Http.GetAsync(Routes.EventHistory + query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<HistoryPage>(ContractsJson.Options))!;
    }

    private static IEnumerable<string> Names(HistoryPage page) =>
        page.Events.Select(e => $"{e.StreamId} {Server.Events.EventTypes.NameOf(e)} {e.Sequence}");

    private static string Iso(DateTimeOffset moment) => Uri.EscapeDataString(moment.ToString("O"));

    private static async Task SendWordAsync(RunningServer server, string streamId, bool telemetry = false)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId, telemetry ? "?telemetry=true" : "");
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }
}
