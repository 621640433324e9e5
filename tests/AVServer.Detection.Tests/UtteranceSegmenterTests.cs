namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class UtteranceSegmenterTests
{
    // Frames of 100 ms keep the numbers readable: 2 of speech make an utterance, 3 of rest end it, at most 20, 4 overlap.
    private static readonly UtteranceOptions Options = new()
    {
        Frame = TimeSpan.FromMilliseconds(100),
        Minimum = TimeSpan.FromMilliseconds(200),
        Pause = TimeSpan.FromMilliseconds(300),
        Before = TimeSpan.FromMilliseconds(200),
        After = TimeSpan.FromMilliseconds(100),
        Maximum = TimeSpan.FromSeconds(2),
        Overlap = TimeSpan.FromMilliseconds(400),
    };

    [Theory]
    // One figure a frame, tenths of voice activity.
    [InlineData("00000000", "")]
    [InlineData("00008000000", "")] // a click
    [InlineData("0000880000000", "2-7")]
    [InlineData("0000840000000", "2-7")] // hysteresis: 0.4 goes on, but begins nothing
    [InlineData("0000444440000", "")]
    [InlineData("88000", "0-3")] // nothing before the beginning
    [InlineData("0000880088000000", "2-11")] // a short rest ends nothing
    [InlineData("00008800088000000", "2-7 7-12")] // a long one does; the next doesn't reach into it
    [InlineData("000088", "2-6")] // the sound ends while somebody speaks
    [InlineData("00008888888888888888888888880000000", "2-22> <18-29")] // a monologue, with the overlap
    [InlineData("0000888888888888888888000000", "2-22>")] // nothing new after the cut: no second one
    public void Voice_activity_is_cut(string tenths, string expected) =>
        Assert.Equal(
            expected, string.Join(
                ' ', Utterances(new UtteranceSegmenter(Options), [.. tenths.Select(figure => (figure - '0') / 10f)]).Select(Describe)));

    [Fact]
    public void Beginning_is_told_while_somebody_speaks()
    {
        var segmenter = new UtteranceSegmenter(Options);
        var changes = Enumerable.Range(0, 7).Select(frame => segmenter.Next(frame >= 4 ? 1 : 0)).ToArray();

        Assert.Equal(new UtteranceChange(UtteranceStep.Began, 2, 6), changes[5]);
        Assert.True(segmenter.IsSpeaking);
        Assert.All(changes.Where((_, frame) => frame != 5), change => Assert.Equal(default, change));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Utterances_are_in_order_within_bounds_and_overlap_only_where_cut(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var stickiness = random.NextDouble();
            var voice = new float[random.Next(1, 400)];
            for (var i = 0; i < voice.Length; i++)
                voice[i] = i > 0 && random.NextDouble() < stickiness ? voice[i - 1] : random.NextSingle();
            var got = Utterances(new UtteranceSegmenter(Options), voice).ToList();

            for (var i = 0; i < got.Count; i++)
            {
                var (start, end, goesOn, overlaps) = got[i];
                var what = $"seed {seed}, round {round}, utterance {i}";
                Assert.True(start >= 0 && end <= voice.Length && end - start is >= 2 and <= 20, what);
                Assert.True(voice[(int)start..(int)end].Any(value => value >= Options.Open || overlaps), what);
                Assert.True(i == 0 || start >= got[i - 1].End - (overlaps ? 4 : 0), what);
                Assert.True(!overlaps || got[i - 1].GoesOn, what);
            }
        }
    }

    [Theory]
    [InlineData("0000880000000")]
    [InlineData("000088008800880000000")]
    [InlineData("0000840048400000")]
    public void End_by_a_rest_is_known_as_soon_as_the_rest_begins(string tenths)
    {
        var segmenter = new UtteranceSegmenter(Options);
        var known = new List<long>();
        foreach (var figure in tenths)
        {
            var change = segmenter.Next((figure - '0') / 10f);
            if (change.Step == UtteranceStep.Ended)
            {
                Assert.Equal([change.End, change.End], known[^2..]);
                return;
            }
            if (segmenter.IsSpeaking) known.Add(segmenter.RestEnd);
        }
        Assert.Fail("No utterance ended.");
    }

    [Fact]
    public void Segmenter_that_was_reset_starts_afresh()
    {
        var segmenter = new UtteranceSegmenter(Options);
        var first = Utterances(segmenter, [0, 0, 1, 1, 1, 0, 0, 0, 0]).ToList();
        segmenter.Next(1);
        segmenter.Reset();

        Assert.Equal(first, Utterances(segmenter, [0, 0, 1, 1, 1, 0, 0, 0, 0]));
    }

    [Theory]
    [InlineData(0.6f, 300, 2000)]
    [InlineData(0.3f, 50, 2000)]
    [InlineData(0.3f, 300, 900)]
    public void Lengths_that_contradict_each_other_are_refused(float close, int pauseMs, int maximumMs) =>
        Assert.Throws<ArgumentException>(() => new UtteranceSegmenter(Options with
        {
            Close = close,
            Pause = TimeSpan.FromMilliseconds(pauseMs),
            Maximum = TimeSpan.FromMilliseconds(maximumMs),
            After = TimeSpan.FromMilliseconds(200),
        }));

    private static IEnumerable<(long Start, long End, bool GoesOn, bool Overlaps)> Utterances(UtteranceSegmenter segmenter, float[] voice)
    {
        var overlaps = false;
        foreach (var change in voice.Select(segmenter.Next).Append(default).ToArray().Append(segmenter.Finish()))
        {
            if (change.Step == UtteranceStep.Began) overlaps = change.Overlaps;
            if (change.Step == UtteranceStep.Ended) yield return (change.Start, change.End, change.GoesOn, overlaps);
        }
    }

    private static string Describe((long Start, long End, bool GoesOn, bool Overlaps) utterance) =>
        $"{(utterance.Overlaps ? "<" : "")}{utterance.Start}-{utterance.End}{(utterance.GoesOn ? ">" : "")}";
}
