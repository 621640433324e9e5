using System.Text.Json;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Video;

/// <summary>Typed words on real faces: lips help to decide where they can be read, and change nothing where they can't.</summary>
[Trait("Category", "slow")]
public sealed class LipWordTests : IDisposable
{
    private const string Word = "blue";
    private static readonly FakeLips Agreeing = new() { Phones = "B L UW" };
    private static readonly FakeLips Contradicting = new() { Phones = "TH" };
    private static readonly string[] Talkers = ["s2", "s3", "s4", "s5"];

    private readonly GridMedia _media = new();

    public void Dispose() => _media.Dispose();

    [CorporaFact]
    public async Task Lips_that_show_a_word_bring_it_where_the_sound_alone_would_miss_it()
    {
        using var test = Listening(Agreeing);
        var brought = 0;
        foreach (var clip in Talkers.SelectMany(talker => new[] { GridMedia.Clip(talker), GridMedia.Clip(talker, 1) }))
        {
            var (seen, heard) = (await test.ScoreAsync(clip), await test.ScoreAsync(clip, video: false));
            Assert.True(Words(seen).Length >= Words(heard).Length, clip);
            Assert.All(Words(seen), word =>
            {
                Assert.Equal((Modality.AudioVisual, Word), (word.Modality, word.Keyword));
                Assert.Equal(word.Posterior, word.Scores["audioVisual"]);
                Assert.True(word.Scores["audioVisual"] > word.Scores["audio"]);
                Assert.True(word.Scores["visual"] > 0.5);
                Assert.Contains("judge", word.Scores.Keys);
                Assert.Equal("phones-en", word.Model.Name);
            });
            brought += Words(seen).Length - Words(heard).Length;
        }
        Assert.True(brought > 0);
    }

    [CorporaFact]
    public async Task Lips_that_show_something_else_leave_the_decision_to_the_sound()
    {
        using var test = Listening(Contradicting, falseAlarmsPerHour: "1000");
        var words = 0;
        foreach (var clip in Talkers.Select(talker => GridMedia.Clip(talker)))
        {
            var (seen, heard) = (await test.ScoreAsync(clip), await test.ScoreAsync(clip, video: false));
            Assert.Equal(Serialised(heard), Serialised(seen));
            Assert.Equal(heard.MaxPosterior, seen.MaxPosterior);
            words += Words(heard).Length;
        }
        Assert.True(words > 0);
    }

    [CorporaFact]
    public async Task Shipped_lips_bring_a_word_that_the_sound_alone_misses()
    {
        using var test = Listening(null);
        var brought = 0;
        foreach (var clip in Talkers.SelectMany(talker => new[] { GridMedia.Clip(talker), GridMedia.Clip(talker, 1) }))
            brought += Words(await test.ScoreAsync(clip)).Length - Words(await test.ScoreAsync(clip, video: false)).Length;
        Assert.True(brought > 0);
    }

    /// <summary>Pictures on which no lips can be read, made of a clip's own.</summary>
    public static TheoryData<string, string> Unreadable => new()
    {
        { "no face", "drawbox=t=fill:color=gray" },
        { "a photograph", "trim=start_frame=30:end_frame=31,loop=loop=75:size=1:start=0,setpts=N/25/TB" },
        { "too few pictures", "fps=4" },
        { "too small", "scale=90:72" },
    };

    [CorporaTheory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task Where_no_lips_can_be_read_the_sound_decides_to_the_bit(string pictures, string filter)
    {
        using var test = Listening(Agreeing, falseAlarmsPerHour: "1000");
        var clip = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s4"));
        var path = _media.Make("mkv", "-i", clip, "-vf", filter, "-af", "anull");

        var (seen, heard) = (await test.ScoreAsync(path), await test.ScoreAsync(path, video: false));

        Assert.True(Words(heard).Length > 0, pictures);
        Assert.Equal(Serialised(heard), Serialised(seen));
        Assert.Equal(heard.MaxPosterior, seen.MaxPosterior);
    }

    [CorporaFact]
    public async Task Any_chunking_gives_the_file_s_words()
    {
        using var test = Listening(Agreeing, falseAlarmsPerHour: "100");
        var path = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s4"));
        var whole = Serialised(await test.ScoreAsync(path));
        Assert.NotEmpty(whole);
        foreach (var seed in (int[])[1, 2])
        {
            var random = new Random(seed);
            var events = await test.RunAsync(
                new MediaHello(MediaHello.CurrentProtocol, Container: "matroska"), GridMedia.Chunks(path, () => random.Next(1, 30_000)));
            Assert.Equal(whole, Serialised(events.OfType<WakeWordEvent>().Select(word => word with { StreamId = "" })));
        }
    }

    private static PipelineUnderTest Listening(FakeLips? lips, string falseAlarmsPerHour = "0.5") => PipelineUnderTest.WithLips(
        lips, ("Keywords:Words:0:Text", Word), ("Keywords:Words:0:FalseAlarmsPerHour", falseAlarmsPerHour));

    private static WakeWordEvent[] Words(ScoreReport report) => [.. report.Events.OfType<WakeWordEvent>()];

    private static string[] Serialised(ScoreReport report) => Serialised(Words(report));

    private static string[] Serialised(IEnumerable<WakeWordEvent> words) =>
        [.. words.Select(word => JsonSerializer.Serialize(word, ContractsJson.Options))];
}
