using AVServer.Lab.Scoring.Emotion;
using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class EmotionScoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>In each fold two thirds of the answers are right, as sure as the wrong ones.</summary>
    private static readonly EmotionScore[] Scores = [.. Enumerable.Range(0, 54).Select(i =>
        new EmotionScore(
            EmotionConditions.NoWords, i % 3, $"{i}.opus", i % 4,
            [.. Enumerable.Range(0, 4).Select(label => label == (i % 9 < 6 ? i % 4 : (i + 1) % 4) ? 4.25f : 0)]))];

    [Fact]
    public void Scores_are_read_as_they_were_written()
    {
        var path = Path.Combine(_folder.Path, "scores.tsv");
        EmotionScores.Write(path, Scores);
        var read = EmotionScores.Read(path);
        Assert.Equal(
            Scores.Select(score => (score.Condition, score.Fold, score.Example, score.Label)),
            read.Select(score => (score.Condition, score.Fold, score.Example, score.Label)));
        Assert.Equal(Scores.SelectMany(score => score.Logits), read.SelectMany(score => score.Logits));
    }

    [Fact]
    public void Temperature_of_the_other_folds_makes_sureness_honest()
    {
        Assert.True(Evaluation.Calibration.Error([.. Scores.Answers(1)]) > 0.2);
        Assert.InRange(Evaluation.Calibration.Error([.. Scores.AnswersByOtherFolds()]), 0, 0.1);
        Assert.Throws<ArgumentException>(() => Scores.Where(score => score.Fold == 0).ToList().AnswersByOtherFolds().Count());
    }

    [Fact]
    public void Least_confidence_is_where_answers_become_right_but_leaves_most_answered()
    {
        (double, bool)[] answers = [.. Enumerable.Range(0, 100).Select(i => (i / 100.0, i >= 40))];
        Assert.Equal(0.25, EmotionScores.MinimumConfidence([answers], accuracy: 0.5, coverage: 0.1));
        Assert.Equal(0.34, EmotionScores.MinimumConfidence([answers], accuracy: 0.9, coverage: 0.1), 2);
        Assert.Equal(0.3, EmotionScores.MinimumConfidence([answers], accuracy: 0.99, coverage: 0.7), 2);
    }

    [Fact]
    public void Least_confidence_holds_in_the_worst_condition_and_leaves_each_answered()
    {
        (double, bool)[] easy = [.. Enumerable.Range(0, 100).Select(i => (0.2 + (i / 200.0), true))];
        (double, bool)[] hard = [.. Enumerable.Range(0, 100).Select(i => (i / 100.0, i >= 40))];

        Assert.Equal(0.34, EmotionScores.MinimumConfidence([easy, hard], accuracy: 0.9, coverage: 0.1), 2);
        Assert.Equal(0.3, EmotionScores.MinimumConfidence([hard, easy], accuracy: 0.99, coverage: 0.7), 2);
    }

    [Fact]
    public void Report_tells_every_condition_fold_and_label()
    {
        var report = new EmotionReport(
            MadeUpEmotion.Recipe, Scores, new EmotionSpec(EmotionFrontEnd.MfccDeltas, Temperature: 2, MinimumConfidence: 0.3));
        var text = report.ToMarkdown();
        Assert.Contains($"| {EmotionConditions.NoWords} | 54 | 66.7 % |", text);
        Assert.Contains("| 3 | 18 |", text);
        Assert.Contains("| angry | happy | sad | neutral | recall |", text);
        Assert.Contains("100.0 % of the utterances get an answer", text);
        Assert.Contains("| tones | 54 |", report.CrossCorpusToMarkdown([("tones", Scores)]));
        Assert.Contains($"| {EmotionConditions.NoWords} | 54 | 66.7 % |", report.TextsToMarkdown(Scores));
        Assert.StartsWith("<svg", report.ToSvg());
    }
}
