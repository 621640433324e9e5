using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class WordDecisionTests
{
    private const float Threshold = 1;
    private static readonly Dictionary<string, float> Heard = new() { ["judge"] = 0.6f };

    private readonly WordDecision _decision = new();

    [Theory]
    [InlineData(0.9f, 0, false)]
    [InlineData(1.1f, 0, true)]
    [InlineData(0.9f, 0.05f, false)]
    [InlineData(0.9f, 0.2f, true)]
    public void Lips_bring_a_word_that_lies_below_its_threshold_by_less(float byEar, float lips, bool said) =>
        Assert.Equal(said, _decision.Decide(Word(byEar), lips) is not null);

    [Fact]
    public void Without_lips_what_is_told_is_what_the_sound_is_worth()
    {
        var word = _decision.Decide(Word(2))!;
        Assert.Equal(Modality.Audio, word.Modality);
        Assert.Same(Heard, word.Scores);
        Assert.Equal(WordCalibrator.Posterior(2), word.Score);
        Assert.Equal(("blue", word.Score), Assert.Single(_decision.MaxScores));
    }

    [Fact]
    public void With_lips_each_way_of_looking_is_told()
    {
        var word = _decision.Decide(Word(2), 0.5f)!;
        Assert.Equal(Modality.AudioVisual, word.Modality);
        Assert.Equal(["audio", "audioVisual", "judge", "visual"], word.Scores.Keys.Order());
        Assert.Equal(WordCalibrator.Posterior(2), word.Scores["audio"]);
        Assert.Equal(WordCalibrator.Posterior(0.5f), word.Scores["visual"]);
        Assert.Equal(WordCalibrator.Posterior(2.5f), word.Scores["audioVisual"]);
        Assert.Equal(word.Score, word.Scores["audioVisual"]);
    }

    [Fact]
    public void Word_that_only_lips_could_bring_is_nothing_to_the_ear()
    {
        var hoped = Word(null, forEye: 0);
        Assert.Null(_decision.Decide(hoped));
        Assert.Empty(_decision.MaxScores);
        Assert.NotNull(_decision.Decide(hoped, 2));
    }

    [Fact]
    public void Word_is_told_once_within_its_refractory_period_until_a_new_track_begins()
    {
        Assert.NotNull(_decision.Decide(Word(2, start: 10)));
        Assert.Null(_decision.Decide(Word(5, start: 30)));
        Assert.NotNull(_decision.Decide(Word(2, start: 60)));
        _decision.Restart();
        Assert.NotNull(_decision.Decide(Word(2, start: 10)));
    }

    private static ScoredWord Word(float? byEar, float? forEye = null, long start = 10)
    {
        var typed = new TypedWord(
            new KeywordRequest("blue"), [], [], new Lazy<IReadOnlyList<int[]>>([]), 0, 0, Threshold,
            new KeywordCalibration("blue", 0.5f, "made up", 1, 0, []), []);
        var sound = byEar is { } odds ? new SoundScore(odds, Heard) : null;
        return new ScoredWord(
            typed, new WordCandidate(0, 0, [start, start + 3], start + 9), [1, 2], 0, 30, new ModelReference("phones-en", "1"), sound,
            forEye is { } hoped ? new SoundScore(hoped, Heard) : sound!);
    }
}
