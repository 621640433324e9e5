using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Storage.History;

[Trait("Category", "server")]
public sealed class HistoryRecorderTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Store_that_fails_is_tried_again_and_keeps_the_order()
    {
        var store = new FakeStore { IsAway = true };
        await using var recorder = await StartAsync(store, new HistoryOptions());
        for (var i = 1; i <= 20; i++) recorder.Offer(Event(i));
        var flushed = recorder.FlushAsync(default);
        await RunningServer.UntilAsync(() => store.Refused == 1 && _time.SetTimers == 2, "the first write failed");
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await RunningServer.UntilAsync(() => store.Refused == 2 && _time.SetTimers == 2, "the second write failed");
        store.IsAway = false;
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await flushed.WaitAsync(TestTimeout.Longest);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), store.Events.Select(e => e.Sequence));
        await recorder.StopAsync(default);
    }

    public static TheoryData<Exception> BadReasons =>
    [
        new ArgumentException("Not a number can't be written."),
        new Npgsql.PostgresException("invalid byte sequence", "ERROR", "ERROR", "22021"),
        new Microsoft.Data.Sqlite.SqliteException("string or blob too big", 18),
    ];

    [Theory]
    [MemberData(nameof(BadReasons), DisableDiscoveryEnumeration = true)]
    public async Task Event_that_can_not_be_written_loses_only_itself(Exception reason)
    {
        var store = new FakeStore { Bad = 7, BadReason = reason };
        using var lost = new LongSum(HistoryMetrics.MeterName, "avserver.history.lost");
        await using var recorder = await StartAsync(store, new HistoryOptions());
        for (var i = 1; i <= 20; i++) recorder.Offer(Event(i));
        await recorder.FlushAsync(default).WaitAsync(TestTimeout.Longest);
        Assert.Equal(Enumerable.Range(1, 20).Except([7]).Select(i => (long)i), store.Events.Select(e => e.Sequence));
        Assert.Equal(1, lost.Value);
        await recorder.StopAsync(default);
    }

    [Fact]
    public async Task Full_queue_loses_new_events_and_counts_them()
    {
        var store = new FakeStore { IsAway = true };
        using var lost = new LongSum(HistoryMetrics.MeterName, "avserver.history.lost");
        await using var recorder = await StartAsync(store, new HistoryOptions { QueuedEvents = 4 });
        recorder.Offer(Event(1));
        await RunningServer.UntilAsync(() => store.Refused == 1, "the first event is in the writer's hands");
        for (var i = 2; i <= 10; i++) recorder.Offer(Event(i));
        Assert.Equal(5, lost.Value);
        // A server that stops doesn't wait for ever, and tells what it leaves behind.
        using var stopNow = new CancellationTokenSource();
        var stopping = recorder.StopAsync(stopNow.Token);
        await stopNow.CancelAsync();
        await stopping.WaitAsync(TestTimeout.Longest);
        Assert.Equal(10, lost.Value);
        Assert.Empty(store.Events);
    }

    [Fact]
    public async Task Events_of_a_type_go_when_its_own_time_is_over()
    {
        var store = new FakeStore();
        var own = new Dictionary<string, TimeSpan> { ["gap"] = TimeSpan.FromMinutes(20), ["opened"] = TimeSpan.FromHours(9) };
        await using var recorder = await StartAsync(store, new HistoryOptions { Retention = TimeSpan.FromHours(1), RetentionOf = own });
        recorder.Offer(Event(1));
        recorder.Offer(new OpenedEvent([]) { StreamId = "s", Cursor = new EventCursor("e", 2), At = _time.GetUtcNow() });
        var closed = new ClosedEvent(CloseReason.Completed, default);
        recorder.Offer(closed with { StreamId = "s", Cursor = new EventCursor("e", 3), At = _time.GetUtcNow() });
        await recorder.FlushAsync(default);
        await AdvanceAsync(TimeSpan.FromMinutes(25));
        await RunningServer.UntilAsync(() => store.Events.Count == 2, "the gap is gone");
        await AdvanceAsync(TimeSpan.FromMinutes(40));
        await RunningServer.UntilAsync(() => store.Events.Count == 1, "the end is gone");
        Assert.IsType<OpenedEvent>(Assert.Single(store.Events));
        await recorder.StopAsync(default);
    }

    [Fact]
    public async Task Events_go_when_their_time_is_over()
    {
        var store = new FakeStore();
        await using var recorder = await StartAsync(store, new HistoryOptions { Retention = TimeSpan.FromHours(1) });
        recorder.Offer(Event(1));
        await recorder.FlushAsync(default);
        await AdvanceAsync(TimeSpan.FromMinutes(55));
        recorder.Offer(Event(2));
        await recorder.FlushAsync(default);
        Assert.Equal(2, store.Events.Count);
        await AdvanceAsync(TimeSpan.FromMinutes(12));
        await RunningServer.UntilAsync(() => store.Events.Count == 1, "the first event is gone");
        Assert.Equal(2, Assert.Single(store.Events).Sequence);
        await recorder.StopAsync(default);
    }

    [Fact]
    public async Task Only_the_types_that_were_asked_for_are_kept_and_never_telemetry()
    {
        var store = new FakeStore();
        await using var recorder = await StartAsync(store, new HistoryOptions { Types = { "gap" } });
        recorder.Offer(new TelemetryEvent(TimeSpan.Zero, 0, false, new Dictionary<string, float[]>(), TimeSpan.Zero));
        recorder.Offer(new OpenedEvent([]) { StreamId = "s", Cursor = new EventCursor("e", 1), At = _time.GetUtcNow() });
        recorder.Offer(Event(2));
        await recorder.FlushAsync(default);
        Assert.IsType<GapEvent>(Assert.Single(store.Events));
        await recorder.StopAsync(default);
    }

    public static TheoryData<HistoryOptions, string> WrongOptions => new()
    {
        { new HistoryOptions { Provider = "mongo" }, "History:Provider" },
        { new HistoryOptions { Provider = "sqlite" }, "History:Path" },
        { new HistoryOptions { Provider = "postgres" }, "History:ConnectionString" },
        { new HistoryOptions { Provider = "postgres", ConnectionString = "postgres://host/database" }, "History:ConnectionString" },
        { new HistoryOptions { Path = "history.db" }, "History:Provider" },
        { new HistoryOptions { Provider = "sqlite", Path = "h.db", Types = { "telemetry" } }, "History:Types" },
        { new HistoryOptions { RetentionOf = { ["mood"] = TimeSpan.FromDays(1) } }, "History:RetentionOf" },
        { new HistoryOptions { RetentionOf = { ["emotion"] = TimeSpan.Zero } }, "History:RetentionOf:emotion" },
    };

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public void Settings_that_do_not_go_together_are_named(HistoryOptions options, string setting)
    {
        Assert.Contains(setting, new HistoryOptionsValidator().Validate(null, options).FailureMessage);
    }

    [Fact]
    public async Task Store_that_can_not_be_opened_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var text = Path.Combine(folder.Path, "note.txt");
        await File.WriteAllTextAsync(text, string.Concat(Enumerable.Repeat("This is no database. ", 100)));
        var noDatabase = await Assert.ThrowsAsync<SetupException>(
            () => RunningServer.StartAsync(("History:Provider", "sqlite"), ("History:Path", text)));
        Assert.Contains("History:Path", noDatabase.Message);
        var noServer = await Assert.ThrowsAsync<SetupException>(() => RunningServer.StartAsync(
            ("History:Provider", "postgres"), ("History:ConnectionString", $"Host={folder.Path};Database=none;Username=nobody")));
        Assert.Contains("History:ConnectionString", noServer.Message);
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= TimeSpan.FromMinutes(1))
        {
            await RunningServer.UntilAsync(() => _time.SetTimers == 1, "the sweeper waits");
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private async Task<HistoryRecorder> StartAsync(FakeStore store, HistoryOptions options)
    {
        var recorder = new HistoryRecorder(
            Options.Create(options), new HistoryMetrics(_services.GetRequiredService<IMeterFactory>()), _time,
            NullLogger<HistoryRecorder>.Instance);
        await recorder.StartAsync(() => store, default);
        await RunningServer.UntilAsync(() => _time.SetTimers == 1, "the sweeper waits");
        return recorder;
    }

    private GapEvent Event(long sequence) =>
        new(MediaKind.Audio, GapReason.MissingInInput, TimeSpan.Zero, TimeSpan.Zero)
        {
            StreamId = "s",
            Cursor = new EventCursor("e", sequence),
            At = _time.GetUtcNow(),
        };

    private sealed class FakeStore : IHistoryStore
    {
        private readonly Lock _gate = new();
        private readonly List<StreamEvent> _events = [];
        private volatile bool _isAway;
        private volatile int _refused;

        public bool IsAway { set => _isAway = value; }

        public int Refused => _refused;

        public List<StreamEvent> Events
        {
            get { lock (_gate) return [.. _events]; }
        }

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task AppendAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
        {
            if (_isAway)
            {
                Interlocked.Increment(ref _refused);
                throw new AwayException();
            }
            if (events.Any(e => e.Sequence == Bad)) throw BadReason;
            lock (_gate) _events.AddRange(events);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<(long Place, StreamEvent Event)>> QueryAsync(HistoryQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<HistoryPlace?> FindAsync(string streamId, EventCursor cursor, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<EpochSpan>> SpansAsync(
            string streamId, long place, EventCursor end, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<int> DeleteBeyondAsync(long maxBytes, CancellationToken cancellationToken) => Task.FromResult(0);

        public Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<int> DeleteBeforeAsync(
            DateTimeOffset moment, IReadOnlyCollection<string> types, bool areDeleted, CancellationToken cancellationToken)
        {
            lock (_gate)
                return Task.FromResult(_events.RemoveAll(e => e.At < moment && types.Contains(EventTypes.NameOf(e)) == areDeleted));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        /// <summary>Number of an event that can't be written, with its reason.</summary>
        public long Bad { get; init; }

        public Exception BadReason { get; init; } = new JsonException("It is no JSON.");

        private sealed class AwayException : DbException;
    }
}
