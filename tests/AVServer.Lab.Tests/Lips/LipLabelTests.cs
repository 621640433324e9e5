using AVServer.Detection;
using AVServer.Lab.Lips;
using AVServer.Vision;

namespace AVServer.Lab.Tests.Lips;

/// <summary>What pictures are taught: phones by the sound, at the time at which lips show them.</summary>
[Trait("Category", "unit")]
public sealed class LipLabelTests
{
    private static readonly string[] Phones = ["P", "AA", "T", "SIL"];

    private static readonly PhoneStates States = new(
        Phones, new HashSet<string> { "SIL" }, [[0], [2], [4], [6]], [[1], [3], [5], [7]], [], [3, 3, 3, 3]);

    [Fact]
    public void Words_lie_where_their_phones_are_heard()
    {
        var aligned = new PhoneAligner(States).Align(Scores("SSPPAATTTSSSTTAASS"), [[[0, 1, 2]], [[2, 1], [0, 1]]]);
        Assert.NotNull(aligned);
        Assert.Equal([-1, -1, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, 1, 1, 1, 1, -1, -1], aligned.Value.Words);
        Assert.Equal([2, 2, 1, 1], aligned.Value.Phones[12..16]);
    }

    [Fact]
    public void Words_may_follow_without_a_pause()
    {
        var aligned = new PhoneAligner(States).Align(Scores("PPAATTAA"), [[[0, 1]], [[2, 1]]]);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], aligned!.Value.Words);
    }

    [Fact]
    public void More_phones_than_frames_fit_nothing() => Assert.Null(new PhoneAligner(States).Align(Scores("PA"), [[[0, 1, 2]]]));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Pictures_that_come_late_show_what_was_heard_earlier(int delay)
    {
        // A second: 0.36 s of silence, then a P.
        var spoken = Spoken(new string('S', 12) + new string('P', 20));
        var targets = new LipTargets(States, 0.7);
        Assert.Equal(["P", "AA", "T", "SIL"], targets.Labels);
        var (learnt, aligned) = targets.Of(spoken, 25, delay);
        var first = Enumerable.Range(0, 25).First(picture => aligned[picture * 4] > 0.5);
        Assert.Equal(9 + delay, first);
        for (var picture = 0; picture < 25; picture++)
        {
            Assert.Equal(1, aligned.AsSpan(picture * 4, 4).ToArray().Sum(), 1e-4f);
            Assert.Equal(1, learnt.AsSpan(picture * 4, 4).ToArray().Sum(), 1e-4f);
        }
        // What is heard freely has its share, though not that of what is said.
        Assert.InRange(learnt[(20 * 4) + 1], 0.001f, 0.3f);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3)]
    public void Lips_tell_how_late_the_pictures_are(int late)
    {
        var said = string.Concat(Enumerable.Repeat("SSSSPPPPPPAAAAAAAATTTTTT", 12));
        var spoken = Spoken(said);
        // Lips that open in AA and shut in P, so much before it is heard as lips are.
        var lead = (int)Math.Round(LipClosures.NaturalLead);
        var pictures = (int)(said.Length * 0.75);
        var raw = new float[pictures * MouthFeatures.RawValues];
        for (var picture = 0; picture < pictures; picture++)
        {
            var frame = Math.Clamp((int)Math.Round((picture + lead - late + 0.5) * 0.04 / 0.03), 0, said.Length - 1);
            raw[(picture * MouthFeatures.RawValues) + (MouthPoints.InnerEdges.Upper * 3) + 1] = said[frame] == 'A' ? -0.2f
                : said[frame] == 'P' ? 0 : -0.1f;
        }
        var face = new TalkingFace("set", "path", "talker", "", [], new bool[pictures], [raw]);
        var targets = new LipTargets(States, 0.7);
        var measured = LipClosures.Measure([new LipClip(face, spoken, targets)], targets.Labels);
        Assert.Equal(late, measured.Delay, 0.6);
        Assert.True(LipClosures.Agree(measured));
    }

    [Fact]
    public void Lips_of_somebody_else_do_not_agree()
    {
        var spoken = Spoken(string.Concat(Enumerable.Repeat("SSSSPPPPPPAAAAAAAATTTTTT", 12)));
        var random = new Random(5);
        var raw = Enumerable.Range(0, 200 * MouthFeatures.RawValues).Select(_ => random.NextSingle()).ToArray();
        var face = new TalkingFace("set", "path", "talker", "", [], new bool[200], [raw]);
        var targets = new LipTargets(States, 0.7);
        Assert.False(LipClosures.Agree(LipClosures.Measure([new LipClip(face, spoken, targets)], targets.Labels)));
    }

    [Fact]
    public void What_is_known_of_a_talker_is_taken_off()
    {
        var spoken = Spoken(new string('S', 16));
        LipClip Clip(float value) => new(
            new TalkingFace("set", "path", "talker", "", [], [true, true],
                [[.. Enumerable.Repeat(value, 2 * MouthFeatures.RawValues)]]), spoken, new LipTargets(States, 0.7));
        Assert.All(Clip(3).Normalised([]), value => Assert.Equal(0, value));
        Assert.Equal(1, Clip(3).Normalised([Clip(1)])[0], 1e-5f);
    }

    private static SpokenPhones Spoken(string said) =>
        new([], Scores(said), [.. said.Select(Phone)], [.. said.Select(_ => -1)]);

    private static int Phone(char letter) => letter switch { 'P' => 0, 'A' => 1, 'T' => 2, _ => 3 };

    // What is said scores 2 in its first and its later frames, all else 0.
    private static PhoneScores Scores(string said)
    {
        var outputs = new float[said.Length * 8];
        for (var frame = 0; frame < said.Length; frame++)
        {
            var entered = frame == 0 || said[frame] != said[frame - 1];
            outputs[(frame * 8) + (2 * Phone(said[frame])) + (entered ? 0 : 1)] = 2;
        }
        return PhoneScores.Of(States, outputs, 8, said.Length);
    }
}
