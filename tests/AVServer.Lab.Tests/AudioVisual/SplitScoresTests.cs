using AVServer.Lab.Scoring.AudioVisual;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class SplitScoresTests
{
    private static readonly ComparedSystem Audio = SplitScores.Systems[0];
    private static readonly ComparedSystem Both = SplitScores.Systems[3];
    private static readonly AudioVisualTrials Trials = new(MadeUp.Set(), draws: 2, seed: 1);

    /// <summary>Sound is right when clean and says nothing of a keyword in noise; both together are always right.</summary>
    private static ModalityScores[] Score(double? snrDb) => [.. Trials.All.Select(trial =>
    {
        var right = trial.Window.IsKeyword ? 0.9f : 0.1f;
        return new ModalityScores(snrDb < 0 ? 0.1f : right, right, right, right, right);
    })];

    private static readonly SplitScores Scores = new(Trials, Score);

    [Fact]
    public void Each_recording_gives_its_last_word_and_an_earlier_one_with_every_draw()
    {
        Assert.Equal(12 * 2 * 2, Trials.All.Count);
        Assert.Equal((4, 8), Scores.Recordings);
        Assert.All(Trials.All.Where(trial => !trial.IsFinal), trial => Assert.False(trial.Window.IsKeyword));
        Assert.Equal(8, Trials.All.Count(trial => trial.Window.IsKeyword));
    }

    [Fact]
    public void Rates_follow_the_scores_of_each_condition()
    {
        Assert.Equal((0, 0), Scores.Rates(Audio, "clean"));
        Assert.Equal((1, 0), Scores.Rates(Audio, "−10 dB"));
        Assert.Equal((0, 0), Scores.Rates(Both, "−10 dB"));
        Assert.Equal(0, Scores.EarlierWindowFar(Both, "clean"));
    }

    [Fact]
    public void Cut_against_another_system_is_relative()
    {
        var (cut, low, high) = Scores.RelativeCut(Both, Audio, "−10 dB");
        Assert.Equal((1, 1, 1), (cut, low, high));
        Assert.Equal(0.5, Scores.Curve(Audio, "−10 dB").EqualErrorRate);
        Assert.Equal((0, 0), Scores.WwsInterval(Both, "0 dB"));
    }

    [Fact]
    public void Each_talker_is_judged_at_the_threshold_of_the_others()
    {
        // One talker's scores lie far below the others': what suits them rejects all of the one, and what suits the one accepts all of
        // them.
        var shy = Scores.Talkers[0];
        var scores = new SplitScores(Trials, _ => [.. Trials.All.Select(trial =>
        {
            var score = (trial.Window.Clip.Talker == shy ? 0.1f : 0.8f) + (trial.Window.IsKeyword ? 0.1f : 0);
            return new ModalityScores(score, score, score, score, score);
        })]);

        Assert.Equal(2, scores.Talkers.Count);
        Assert.InRange(scores.Threshold(Both, shy), 0.8, 0.9);
        Assert.InRange(scores.Threshold(Both, scores.Talkers[1]), 0.1, 0.2);
        Assert.All(scores.ByTalker(Both, "clean"), talker => Assert.Equal(1, talker.Wws));
    }

    [Fact]
    public void Report_has_every_talker_and_its_pictures_are_whole()
    {
        var report = new AudioVisualReport(Scores);
        Assert.All(Scores.Talkers, talker => Assert.Contains(talker, report.ThresholdsToMarkdown(), StringComparison.Ordinal));
        var text = report.ToMarkdown();
        Assert.Contains("| clean | 0.0 (0–0) |", text, StringComparison.Ordinal);
        Assert.Contains("100.0 (100–100)", text, StringComparison.Ordinal);
        Assert.NotNull(System.Xml.Linq.XDocument.Parse(report.WwsToSvg()).Root);
        Assert.NotNull(System.Xml.Linq.XDocument.Parse(report.DetToSvg("0 dB")).Root);
    }
}
