using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.TestKit;
using FsCheck;
using FsCheck.Fluent;

namespace AVServer.Server.Tests.Events;

/// <summary>
/// Whatever is appended, let go of and read in whatever order: each reader who goes on where it was gets each event that is kept, once and
/// in order, and is told once, and only then,
/// if one that it wanted is gone.
/// </summary>
[Trait("Category", "unit")]
public sealed class EventLogProperties
{
    private static readonly ServerLimits Limits = new()
    {
        EventsKept = 3,
        EventAgeKept = TimeSpan.FromSeconds(10),
        WakeWordsKept = 5,
        WakeWordAgeKept = TimeSpan.FromSeconds(30),
    };

    private static readonly string[]?[] Filters = [null, ["wakeWord"], ["fault", "gap"], ["wakeWord", "fault"]];

    [Fact]
    public void Every_reader_gets_each_kept_event_once_in_order_and_at_most_one_lost() =>
        Prop.ForAll(Steps().ToArbitrary(), steps => new Run().Do(steps)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void What_all_logs_keep_together_is_bounded_and_wake_words_go_last()
    {
        var limits = new ServerLimits { EventBytesKeptInAll = 20_000 };
        var retention = new EventRetention(limits);
        var logs = Enumerable.Range(0, 4).Select(i =>
        {
            retention.CountLog(1);
            return new EventLog($"s{i}", retention, TimeProvider.System, "e", _ => { });
        }).ToArray();
        foreach (var log in logs) log.Append(Word());
        for (var i = 0; i < 2_000; i++) logs[i % 4].Append(new FaultEvent("badChunk", new string('x', i % 200)));
        Assert.InRange(retention.Bytes, 10_000, 20_000);
        Assert.Equal(retention.Bytes, logs.Sum(log => log.Bytes));
        Assert.All(logs, log => Assert.IsType<WakeWordEvent>(Read(log, EventCursor.Start, ["wakeWord"])[0]));
        foreach (var log in logs) log.Clear();
        Assert.Equal(0, retention.Bytes);
    }

    [Fact]
    public void Event_that_is_larger_than_all_that_is_kept_reaches_who_reads_and_is_told_as_gone_later()
    {
        var log = new EventLog("s", new EventRetention(new ServerLimits { EventBytesKept = 1_024 }), TimeProvider.System, "e", _ => { });
        log.Append(new FaultEvent("badChunk", new string('x', 2_000)));
        Assert.Equal(LostReason.Trimmed, Assert.IsType<LostEvent>(Assert.Single(Read(log, EventCursor.Start, null))).Reason);
    }

    [Fact]
    public void Clock_that_jumps_back_loses_nothing_and_one_that_jumps_forward_is_told()
    {
        var time = new ManualTimeProvider();
        var log = new EventLog("s", new EventRetention(Limits), time, "e", _ => { });
        log.Append(Word());
        time.AdjustTime(time.GetUtcNow() - TimeSpan.FromDays(400));
        log.Append(Word());
        log.Sweep();
        Assert.Equal([1, 2], Read(log, EventCursor.Start, null).Select(e => e.Sequence));
        time.AdjustTime(time.GetUtcNow() + TimeSpan.FromDays(800));
        log.Append(Gap());
        var seen = Read(log, EventCursor.Start, null);
        Assert.Equal((LostReason.Trimmed, 2), (((LostEvent)seen[0]).Reason, ((LostEvent)seen[0]).To!.Value.Sequence));
        Assert.Equal(3, Assert.Single(seen.Skip(1)).Sequence);
    }

    private static WakeWordEvent Word() =>
        new(
            "computer", 0.9f, TimeSpan.Zero, TimeSpan.Zero, Modality.Audio, new Dictionary<string, float>(),
            new ModelReference("fake", "1"), TimeSpan.Zero);

    private static GapEvent Gap() => new(MediaKind.Audio, GapReason.MissingInInput, TimeSpan.Zero, TimeSpan.Zero);

    private static Gen<Step[]> Steps() => Gen.ArrayOf(
        from kind in Gen.Frequency<int>((6, Gen.Choose(0, 2)), (2, Gen.Constant(3)), (4, Gen.Constant(4)))
        from reader in Gen.Choose(0, Filters.Length - 1)
        from amount in Gen.Choose(0, 9)
        select new Step(kind, reader, amount));

    private static List<StreamEvent> Read(EventLog log, EventCursor after, string[]? types)
    {
        using var reader = new EventSubscription(new EventFilter("s", types, after), 100, _ => { }, _ => { });
        log.Add(reader, after);
        log.Remove(reader);
        reader.Complete();
        return Task.Run(async () => await reader.ReadAllAsync().ToListAsync()).GetAwaiter().GetResult();
    }

    /// <param name="Kind">0: a wake word, 1: a fault, 2: a gap, 3: time passes, 4: a reader comes back.</param>
    /// <param name="Reader">Which reader.</param>
    /// <param name="Amount">Seconds that pass; events that the reader takes before it goes away again.</param>
    private sealed record Step(int Kind, int Reader, int Amount);

    /// <summary>One log, its readers, and what they must see by a plain list of everything that ever happened.</summary>
    private sealed class Run
    {
        private readonly ManualTimeProvider _time = new();
        private readonly EventLog _log;
        private readonly List<StreamEvent> _all = [];
        private readonly EventCursor[] _places;

        public Run()
        {
            _log = new EventLog("s", new EventRetention(Limits), _time, "e", _ => { });
            _places = [.. Filters.Select(_ => _log.End)];
        }

        public bool Do(Step[] steps)
        {
            foreach (var step in steps)
            {
                switch (step.Kind)
                {
                    case 0: _all.Add(_log.Append(Word())); break;
                    case 1: _all.Add(_log.Append(new FaultEvent("badChunk", "…"))); break;
                    case 2: _all.Add(_log.Append(Gap())); break;
                    case 3: _time.Advance(TimeSpan.FromSeconds(step.Amount)); break;
                    default: ComeBack(step.Reader, step.Amount); break;
                }
            }
            return true;
        }

        private void ComeBack(int reader, int takes)
        {
            var place = _places[reader];
            var wanted = _all.Where(e => e.Sequence > place.Sequence && (Filters[reader]?.Contains(EventTypes.NameOf(e)) ?? true)).ToList();
            var kept = wanted.Where(IsKept).ToList();
            var seen = Read(_log, place, Filters[reader]);
            if (kept.Count < wanted.Count)
            {
                var lost = Assert.IsType<LostEvent>(seen[0]);
                Assert.Equal((place, LostReason.Trimmed), (lost.From!.Value, lost.Reason));
                Assert.Equal(wanted.Except(kept).Max(e => e.Sequence), lost.To!.Value.Sequence);
                seen.RemoveAt(0);
            }
            Assert.Equal(kept, seen);
            if (Math.Min(takes, seen.Count) is > 0 and var taken) _places[reader] = seen[taken - 1].Cursor!.Value;
        }

        private bool IsKept(StreamEvent happened)
        {
            var (count, age) = happened is WakeWordEvent
                ? (Limits.WakeWordsKept, Limits.WakeWordAgeKept)
                : (Limits.EventsKept, Limits.EventAgeKept);
            var later = _all.Count(e => e.GetType() == happened.GetType() && e.Sequence > happened.Sequence);
            return later < count && _time.GetUtcNow() - happened.At <= age;
        }
    }
}
