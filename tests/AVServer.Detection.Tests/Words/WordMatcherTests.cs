namespace AVServer.Detection.Tests.Words;

/// <summary>Words followed through made-up scores: phones A, B, C with one output for entering and one for staying, and silence.</summary>
[Trait("Category", "unit")]
public sealed class WordMatcherTests
{
    private const int Width = 8;
    private static readonly string[] Names = ["A", "B", "C", "SIL"];

    [Fact]
    public void A_word_that_is_said_is_found_where_it_lies()
    {
        var found = Find("ABC", "SSAABBCCSSSSSS");
        var candidate = Assert.Single(found);
        Assert.Equal([2L, 4, 6], candidate.Entries);
        Assert.Equal(7, candidate.End);
    }

    [Fact]
    public void The_score_is_the_sum_of_capped_gains()
    {
        // What is said scores 2, all else 0: best 2, silence 0 → zero level 0.3 · 2 = 0.6, gain 1.4, capped at 0.5, six frames.
        Assert.Equal(3, Assert.Single(Find("ABC", "SSAABBCCSSSSSS")).Score, tolerance: 1e-5f);
    }

    [Theory]
    [InlineData("SSAACCBBSSSSSS")]
    [InlineData("SSBBCCSSSSSSSS")]
    [InlineData("SSSSSSSSSSSSSS")]
    public void Phones_in_another_order_or_missing_are_no_word(string said) => Assert.Empty(Find("ABC", said));

    [Fact]
    public void A_word_that_is_said_twice_is_found_twice()
    {
        var found = Find("ABC", "SAABBCCSSSSSSSSAABBCCSSSSSSS");
        Assert.Equal([1L, 15], found.Select(candidate => candidate.Start));
    }

    [Fact]
    public void A_word_at_the_very_end_is_found_when_the_sound_ends() => Assert.Single(Find("ABC", "SSAABBCC"));

    [Fact]
    public void Several_words_are_followed_as_each_alone()
    {
        string[] words = ["ABC", "CAB", "BC", "ACB"];
        var random = new Random(4);
        for (var trial = 0; trial < 50; trial++)
        {
            var said = new string([.. Enumerable.Range(0, 60).Select(_ => "ABCS"[random.Next(4)])]);
            var together = Find(words, said, noise: trial).OrderBy(candidate => (candidate.Path, candidate.End)).Select(Describe);
            var alone = words.SelectMany((word, i) => Find([word], said, noise: trial).Select(candidate => candidate with { Path = i }))
                .OrderBy(candidate => (candidate.Path, candidate.End)).Select(Describe);
            Assert.Equal(alone, together);
        }
    }

    [Fact]
    public void Candidates_of_a_word_do_not_overlap_unless_the_later_is_better()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 50; trial++)
        {
            var said = new string([.. Enumerable.Range(0, 80).Select(_ => "ABCS"[random.Next(4)])]);
            var found = Find(["ABC"], said, noise: trial);
            for (var i = 1; i < found.Count; i++)
                Assert.True(found[i].Start > found[i - 1].End || found[i].Score > found[i - 1].Score);
        }
    }

    [Fact]
    public void After_a_reset_nothing_of_before_is_known()
    {
        var states = States();
        var words = new WordSet(states, new MatcherOptions(), [new WordPath(0, [0, 1, 2], 1)]);
        var history = new PhoneScoreHistory(states);
        var matcher = new WordMatcher(words, history);
        var found = new List<WordCandidate>();
        Play("SAAB", history, matcher, found);
        history.Reset();
        matcher.Reset();
        Play("BCCSSSSSSS", history, matcher, found);
        Assert.Empty(found);
    }

    [Fact]
    public void Lips_tell_words_apart_that_sound_alike()
    {
        // Silence is heard; seen is A, B, C.
        var found = Find(["ABC", "CBA"], "SSSSSSSSSSSSSS", seen: "SSAABBCCSSSSSS");
        Assert.Contains(found, candidate => candidate.Path == 0);
        Assert.DoesNotContain(found, candidate => candidate.Path == 1);
        Assert.Empty(Find(["ABC", "CBA"], "SSSSSSSSSSSSSS"));
    }

    [Fact]
    public void Lips_that_show_nothing_change_nothing()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 20; trial++)
        {
            var said = new string([.. Enumerable.Range(0, 60).Select(_ => "ABCS"[random.Next(4)])]);
            Assert.Equal(
                Find(["ABC", "CAB"], said, noise: trial).Select(Describe),
                Find(["ABC", "CAB"], said, noise: trial, seen: new string(' ', 60)).Select(Describe));
        }
    }

    [Fact]
    public void Context_narrows_the_outputs_of_a_phone()
    {
        // B's second pair of outputs is only seen behind C: behind A they don't count.
        var states = new PhoneStates(
            Names, new HashSet<string> { "SIL" }, [[0], [2, 6], [4], [5]], [[1], [3, 7], [4], [5]],
            [new PhoneContext(0, 1, [2], [3]), new PhoneContext(2, 1, [6], [7])], [3, 3, 3, 3]);
        Assert.Equal([2], states.InContext(0, 1).Enter);
        Assert.Equal([7], states.InContext(2, 1).Stay);
        Assert.Equal([2, 6], states.InContext(null, 1).Enter);
        Assert.Equal([2, 6], states.InContext(3, 1).Enter);
    }

    private static string Describe(WordCandidate candidate) =>
        $"{candidate.Path} {candidate.Score:F4} {string.Join(',', candidate.Entries)} {candidate.End}";

    private static List<WordCandidate> Find(string word, string said) => Find([word], said);

    private static List<WordCandidate> Find(string[] words, string said, int? noise = null, string? seen = null)
    {
        var states = States();
        var set = new WordSet(
            states, new MatcherOptions(), [.. words.Select((word, i) => new WordPath(i, [.. word.Select(phone => phone - 'A')], 1))]);
        var history = new PhoneScoreHistory(states);
        var matcher = new WordMatcher(set, history);
        var found = new List<WordCandidate>();
        Play(said, history, matcher, found, noise is { } seed ? new Random(seed) : null, seen);
        matcher.Complete(found);
        return found;
    }

    private static void Play(
        string said, PhoneScoreHistory history, WordMatcher matcher, List<WordCandidate> found, Random? noise = null, string? seen = null)
    {
        var before = ' ';
        foreach (var (frame, letter) in said.Index())
        {
            var scores = new float[Width];
            var phone = letter == 'S' ? 3 : letter - 'A';
            scores[(2 * phone) + (letter == before ? 1 : 0)] = 2;
            if (noise is not null)
                for (var i = 0; i < Width; i++) scores[i] += (float)noise.NextDouble();
            before = letter;
            history.Accept(scores);
            matcher.Accept(scores, found, seen is null ? [] : Lips(seen[frame]));
        }
    }

    // What is shown gains 3, all else loses as much; of lips that show nothing all is 0.
    private static float[] Lips(char shown) =>
        [.. "ABCS".Select(phone => shown == ' ' ? 0f : phone == shown ? 3 : -3)];

    private static PhoneStates States() =>
        new(Names, new HashSet<string> { "SIL" }, [[0], [2], [4], [6]], [[1], [3], [5], [7]], [], [2, 2, 2, 2]);
}
