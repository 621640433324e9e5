using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AVServer.TestKit;

namespace AVServer.Contracts.Tests;

/// <summary>
/// The wire as clients see it, written down: whoever changes a contract changes <c>tests/golden/wire/contracts.json</c> in the same commit
/// and says why.
/// </summary>
[Trait("Category", "golden")]
public sealed class WireSnapshotTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ModelReference Model = new("computer-verifier", "1.0.0");

    private static readonly KeywordDetails Marvin = new(
        "hey marvin",
        [new KeywordPronunciation("HH EY M AA R V IH N", "lexicon")],
        new KeywordRequest("hey marvin", 0.25, 2, ["kitchen", "hall-*"]),
        new KeywordCalibration("hey marvin", 0.75f, "made up", 1.5, 0, [new MeasuredThreshold(0.75, 0.25, 0)]),
        ["The word is short."]);

    private static readonly Dictionary<string, object> Samples = new()
    {
        ["event.opened"] = new OpenedEvent([Model]) { StreamId = "kitchen", Cursor = Place(1), At = At },
        ["event.wakeWord"] = new WakeWordEvent(
            "computer", 0.75f, TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(1.75), Modality.AudioVisual,
            new Dictionary<string, float> { ["firstStage"] = 0.5f, ["audio"] = 0.75f }, Model, TimeSpan.FromMicroseconds(1_840_001))
        { StreamId = "kitchen", Cursor = Place(2), At = At },
        ["event.face"] = new FaceEvent(
            TimeSpan.FromSeconds(1.5), true, 2, new PictureBox(0.25f, 0.125f, 0.5f, 0.5f), new PictureBox(0.375f, 0.5f, 0.25f, 0.25f),
            LipQuality.TooSmall, true, TimeSpan.FromMilliseconds(160))
        { StreamId = "kitchen", Cursor = Place(6), At = At },
        ["event.face.none"] = new FaceEvent(TimeSpan.FromSeconds(2), false) { StreamId = "kitchen", Cursor = Place(7), At = At },
        ["event.gap"] = new GapEvent(
            MediaKind.Video, GapReason.DroppedWhenBusy, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(80))
        { StreamId = "kitchen", Cursor = Place(3), At = At },
        ["event.fault"] = new FaultEvent(FaultCodes.BadChunk, "Expected whole samples.")
        { StreamId = "kitchen", Cursor = Place(4), At = At },
        ["event.warning"] = new WarningEvent(WarningCodes.EndsEarly, "The media ends early.")
        { StreamId = "kitchen", Cursor = Place(12), At = At },
        ["event.lost"] = new LostEvent(Place(4), new EventCursor("0198c1f2a3b57e02", 9), LostReason.Restart)
        { StreamId = "kitchen", Cursor = new EventCursor("0198c1f2a3b57e02", 0), At = At },
        ["event.lost.ofAll"] = new LostEvent(null, null, LostReason.AllStreams) { At = At },
        ["event.closed"] = new ClosedEvent(CloseReason.ServerStopping, TimeSpan.FromSeconds(3))
        { StreamId = "kitchen", Cursor = Place(5), At = At },
        ["event.telemetry"] = new TelemetryEvent(
            TimeSpan.FromSeconds(1), -42.5f, true, new Dictionary<string, float[]> { ["computer"] = [0.25f, 0.5f] },
            TimeSpan.FromMilliseconds(40))
        { StreamId = "kitchen", At = At },
        ["event.telemetry.audioVisual"] = new TelemetryEvent(
            TimeSpan.FromSeconds(1), -42.5f, true, new Dictionary<string, float[]>(), TimeSpan.FromMilliseconds(80),
            new Dictionary<string, IReadOnlyDictionary<string, float>>
            {
                ["please"] = new Dictionary<string, float>
                {
                    ["audio"] = 0.25f,
                    ["audioVisual"] = 0.75f
                }
            })
        { StreamId = "kitchen", At = At },
        ["event.speech"] = new SpeechEvent(
            "hello there", TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(2.5),
            [new TimedWord("hello", TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(1.75), 0.875f),
                new TimedWord("there", TimeSpan.FromSeconds(1.75), TimeSpan.FromSeconds(2.25), 1)],
            new ModelReference("vosk-small-en", "1.0.0"))
        { StreamId = "kitchen", Cursor = Place(8), At = At },
        ["event.speech.supplied"] = new SpeechEvent("hello", TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1))
        { StreamId = "kitchen", Cursor = Place(9), At = At },
        ["event.emotion"] = new EmotionEvent(
            "happy", new Dictionary<string, float> { ["angry"] = 0.25f, ["happy"] = 0.75f }, TimeSpan.FromSeconds(1.25),
            TimeSpan.FromSeconds(2.5), true, new ModelReference("emotion", "1.0.0"),
            TimeSpan.FromSeconds(2.75), "hello there", 0.5f, 0.25f)
        { StreamId = "kitchen", Cursor = Place(10), At = At },
        ["event.emotion.running"] = new EmotionEvent(
            EmotionEvent.Unsure, new Dictionary<string, float> { ["angry"] = 0.5f, ["happy"] = 0.5f }, TimeSpan.FromSeconds(1.25),
            TimeSpan.FromSeconds(2.25), false,
            new ModelReference("emotion", "1.0.0"), TimeSpan.FromSeconds(2.25), Reason: UnsureReason.TooShort)
        { StreamId = "kitchen", Cursor = Place(11), At = At },
        ["event.telemetry.speech"] = new TelemetryEvent(
            TimeSpan.FromSeconds(1), -42.5f, true, new Dictionary<string, float[]>(), TimeSpan.FromMilliseconds(80), Speech: "hello")
        { StreamId = "kitchen", At = At },
        ["event.telemetry.verified"] = new TelemetryEvent(
            TimeSpan.FromSeconds(1), -42.5f, true, new Dictionary<string, float[]> { ["computer"] = [0.25f, 0.5f] },
            TimeSpan.FromMilliseconds(80),
            Verified: new Dictionary<string, float[]> { ["computer"] = [0, 0.75f] })
        { StreamId = "kitchen", At = At },
        ["event.telemetry.typed"] = new TelemetryEvent(
            TimeSpan.FromSeconds(1), -42.5f, true, new Dictionary<string, float[]>(), TimeSpan.FromMilliseconds(80),
            Typed: new Dictionary<string, float[]> { ["hey marvin"] = [0, 0.75f] })
        { StreamId = "kitchen", At = At },
        ["text"] = new TextMessage("hello there", TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(2.5)),
        ["model"] = new ModelSummary(
            "emotion", "1.0.0", "emotion", [], "CC0-1.0", false, Emotions: ["angry", "happy"], Note: "Emotion is off."),
        ["model.decides"] = new ModelSummary(
            "computer-verifier", "1.0.0", "keywordVerifier", ["computer"], "CC0-1.0", true, 0.75f, 1, FirstStage: "computer-spotter",
            RefractorySeconds: 1,
            Calibration: [new KeywordCalibration(
                "computer", 0.75f, "made up", 1.5, 50, [new MeasuredThreshold(0.5, 2, 0.125), new MeasuredThreshold(0.75, 1, 0.25)],
                Modality.Audio)]),
        ["keyword.trained"] = new KeywordSummary("computer", Model, 0.75f),
        ["keyword.given"] = new KeywordSummary("hey marvin", new ModelReference("phones-en", "1.0.0"), 0.75f, 0.25, Marvin),
        ["keywordDetails"] = Marvin,
        ["keywordRequest"] = new KeywordRequest("hey marvin=HH EY M AA R V IH N"),
        ["hello.raw"] = new MediaHello(1, new AudioFormat(), new VideoFormat()),
        ["hello.container"] = new MediaHello(1, Container: "webm"),
        ["ready"] = new ReadyMessage("kitchen", 1, 1_048_576, TimeSpan.FromSeconds(30), "client"),
        ["chunk"] = new MediaChunk(MediaKind.Audio, TimeSpan.FromMilliseconds(80), new byte[] { 1, 2, 3, 4 }),
        ["filter"] = new EventFilter("kitchen", ["wakeWord", "closed"], Place(17)),
        ["filter.empty"] = new EventFilter(),
        ["job.queued"] = new JobStatus("0f", "a.wav", JobState.Queued, TimeSpan.Zero, null, At),
        ["job.running"] = new JobStatus(
            "0f", "a.wav", JobState.Running, TimeSpan.FromSeconds(1.5), TimeSpan.FromHours(2), At, Node: "hall-1", Tries: 2),
        ["job.failed"] = new JobStatus(
            "0f", "a.wav", JobState.Failed, TimeSpan.FromSeconds(1.5), TimeSpan.FromHours(2), At, At.AddMinutes(1),
            new JobError(FaultCodes.Undecodable, "Expected sound.")),
        ["historyPage"] = new HistoryPage(
            [new FaultEvent("badChunk", "…") { StreamId = "kitchen", Cursor = Place(4), At = At }], new EventCursor("history", 17)),
        ["historyDeletion"] = new HistoryDeletion(3),
        ["historyDeletion.clips"] = new HistoryDeletion(3, 1),
        ["clip"] = new ClipSummary("kitchen", 4, At, "20260102T030405000Z-4.wav", 64_044, "/api/clips/kitchen/20260102T030405000Z-4.wav"),
        ["tokenRequest"] = new TokenRequest(["publish"], ["kitchen", "hall-*"], 60),
        ["accessToken"] = new AccessToken("a.b.c", At, ["publish"], ["kitchen"]),
        ["scoreReport"] = new ScoreReport(
            "a.wav", 1.5, new Dictionary<string, float> { ["computer"] = 0.75f },
            [new FaultEvent("badChunk", "…") { StreamId = "a.wav", At = At }],
            [new PosteriorCurve("computer", "computer-small", 0.04, [0, 0.75f])],
            [
                new SpokenSegment(
                    TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(2.5), "hello there", "happy",
                    new Dictionary<string, float> { ["angry"] = 0.25f, ["happy"] = 0.75f }),
                new SpokenSegment(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), "hello"),
            ]),
        ["scoreReport.damaged"] = new ScoreReport(
            "a.wav", 1.5, new Dictionary<string, float>(), [], Warnings: [new ScoreWarning(WarningCodes.Damaged, "The media is damaged.")]),
    };

    [Fact]
    public void Every_record_is_written_as_it_was()
    {
        var expected = JsonNode.Parse(File.ReadAllText(TestPaths.Golden("wire", "contracts.json")))!.AsObject();
        Assert.Equal(Samples.Keys.Order(), expected.Select(sample => sample.Key).Order());
        Assert.All(Samples, sample => Assert.Equal(expected[sample.Key]!.ToJsonString(), Canonical(Write(sample.Value))));
    }

    [Fact]
    public void Every_record_comes_back_as_it_went()
    {
        Assert.All(Samples, sample =>
        {
            var json = Write(sample.Value);
            var read = JsonSerializer.Deserialize(json, WireType(sample.Value), ContractsJson.Options);
            Assert.Equal(sample.Value.GetType(), read!.GetType());
            Assert.Equal(json, Write(read));
        });
    }

    [Fact]
    public void Every_kind_of_event_has_a_sample()
    {
        var kinds = typeof(StreamEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Cast<JsonDerivedTypeAttribute>()
            .Select(a => $"event.{a.TypeDiscriminator}");
        Assert.Subset(Samples.Keys.ToHashSet(), kinds.ToHashSet());
        var cases = typeof(StreamEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(StreamEvent))).ToHashSet();
        Assert.Equal(cases, Samples.Values.OfType<StreamEvent>().Select(e => e.GetType()).ToHashSet());
    }

    [Theory]
    [InlineData("""{"streamId":"s","keyword":"computer","type":"opened","models":[]}""", typeof(OpenedEvent))]
    [InlineData("""{"reason":"idle","duration":1,"someday":{"more":true},"type":"closed"}""", typeof(ClosedEvent))]
    public void Unknown_members_and_any_order_are_read(string json, Type expected) =>
        Assert.IsType(expected, JsonSerializer.Deserialize<StreamEvent>(json, ContractsJson.Options));

    [Theory]
    [InlineData("""{"type":"nothing"}""")]
    [InlineData("""{"streamId":"s"}""")]
    public void Event_of_no_known_type_is_refused(string json) =>
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<StreamEvent>(json, ContractsJson.Options));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(80_000, "0.08")]
    [InlineData(1, "0.000001")]
    [InlineData(86_400_000_001, "86400.000001")]
    public void Time_is_a_number_of_seconds_to_the_microsecond(long microseconds, string json)
    {
        var time = TimeSpan.FromMicroseconds(microseconds);
        Assert.Equal(json, JsonSerializer.Serialize(time, ContractsJson.Options));
        Assert.Equal(time, JsonSerializer.Deserialize<TimeSpan>(json, ContractsJson.Options));
    }

    private static EventCursor Place(long sequence) => new("0198c1f2a3b47d51", sequence);

    private static Type WireType(object sample) => sample is StreamEvent ? typeof(StreamEvent) : sample.GetType();

    private static string Write(object sample) => JsonSerializer.Serialize(sample, WireType(sample), ContractsJson.Options);

    private static string Canonical(string json) => JsonNode.Parse(json)!.ToJsonString();
}
