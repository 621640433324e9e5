using System.Globalization;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>
/// How a speaker head judges people whom its weights never heard: of other corpora, and of other folds of the same. Each of them after
/// having heard nothing and more and more of the speaker.
/// </summary>
/// <param name="recipe">Which corpora teach and which are judged.</param>
/// <param name="bank">Their recordings.</param>
/// <param name="trainer">Fits a head to some of them.</param>
/// <param name="report">Gets a table of each.</param>
/// <param name="log">Told how far it is.</param>
internal sealed class CrossCorpusEvaluation(
    SpeakerHeadRecipe recipe, EmotionBank bank, SpeakerHeadTrainer trainer, CrossCorpusReport report, Action<string> log)
{
    private static readonly double[] Histories = [0, 10, 30, 60, SpeakerHistory.All];
    private static readonly string[] HistoryNames = ["nothing heard before", "10 s", "30 s", "60 s", "all of the speaker"];

    /// <summary>Columns of <see cref="Histories"/> that thresholds are read off: a speaker's first utterance, and later ones.</summary>
    private static readonly int[] CalibratedHistories = [0, 2];

    /// <summary>Judges each corpus by a head that the others taught.</summary>
    /// <param name="sets">The corpora; those without labels teach only.</param>
    /// <returns>Of each judged corpus, the scores by history.</returns>
    public List<IReadOnlyList<IReadOnlyList<EmotionScore>>> JudgeStrangers(IEnumerable<EmotionSet> sets)
    {
        var strangers = new List<IReadOnlyList<IReadOnlyList<EmotionScore>>>();
        report.Begin("Strangers of another corpus and language", HistoryNames);
        foreach (var judged in sets.Where(set => set.Labels is not null))
        {
            string[] teaching = [.. recipe.Sets.Select(set => set.Set).Where(set => set != judged.Set)];
            if (!recipe.Sets.Any(set => teaching.Contains(set.Set) && set.Labels is not null)) continue;
            var head = trainer.Fit(Of(row => teaching.Contains(row.Set)));
            var asked = Of(row => row.Set == judged.Set);
            IReadOnlyList<IReadOnlyList<EmotionScore>> scores =
                [.. Histories.Select(seconds => trainer.Score(head, asked, seconds).ToList())];
            report.Add(string.Join(" + ", teaching), judged.Set, scores);
            strangers.Add(scores);
            log($"{string.Join('+', teaching)} -> {judged.Set}: {string.Join(' ', scores.Select(column => Percent(Ua(column))))}");
        }
        if (strangers.Count > 0)
        {
            var means = HistoryNames.Select((name, i) => $"{name} {Percent(strangers.Average(scores => Ua(scores[i])))}");
            report.AppendText($"Mean UA: {string.Join(", ", means)}.");
        }
        return strangers;
    }

    /// <summary>The head that is shipped: all corpora of the recipe teach it.</summary>
    public SpeakerHead FitAll() => trainer.Fit(Of(row => recipe.Sets.Any(set => set.Set == row.Set)));

    /// <summary>Judges each corpus that teaches, fold by fold, by a head that the fold's speakers didn't teach.</summary>
    /// <returns>Of each corpus, the scores by history.</returns>
    public List<IReadOnlyList<IReadOnlyList<EmotionScore>>> JudgeFolds()
    {
        report.Begin("Strangers of the corpora that teach: no speaker of a fold teaches it", HistoryNames);
        var folds = new List<IReadOnlyList<IReadOnlyList<EmotionScore>>>();
        foreach (var judged in recipe.Sets.Where(set => set.Labels is not null))
        {
            var columns = Histories.Select(_ => new List<EmotionScore>()).ToArray();
            foreach (var fold in bank.Recordings.Where(row => row.Set == judged.Set).Select(row => row.Fold).Distinct().Order())
            {
                var head = trainer.Fit(
                    Of(row => recipe.Sets.Any(set => set.Set == row.Set) && !(row.Set == judged.Set && row.Fold == fold)));
                var asked = Of(row => row.Set == judged.Set && row.Fold == fold);
                for (var i = 0; i < Histories.Length; i++) columns[i].AddRange(trainer.Score(head, asked, Histories[i]));
            }
            report.Add(string.Join(" + ", recipe.Sets.Select(set => set.Set)), judged.Set, columns);
            folds.Add(columns);
            log($"{judged.Set} in folds of speakers: {string.Join(' ', columns.Select(column => Percent(Ua(column))))}");
        }
        return folds;
    }

    /// <summary>Chooses what is asked of the answers of each corpus, at a speaker's first utterance as later.</summary>
    /// <param name="judged">Scores of people whom the weights never heard, by corpus and history.</param>
    /// <returns>The temperature of the posteriors, and the least of them that is an answer.</returns>
    public (double Temperature, double Confidence) Calibrate(IReadOnlyList<IReadOnlyList<IReadOnlyList<EmotionScore>>> judged)
    {
        (List<EmotionScore> Scores, int History)[] calibration =
            [.. judged.SelectMany(scores => CalibratedHistories.Select(history => (scores[history].ToList(), history)))];
        var temperature = Math.Round(calibration.SelectMany(column => column.Scores).FitTemperature(), 3);
        var answered = calibration.Select(column => column.Scores.Answers(temperature).ToList()).ToList();
        var confidence = Math.Round(EmotionScores.MinimumConfidence(answered, accuracy: 0.7, coverage: 0.6), 2);
        foreach (var ((scores, history), answers) in calibration.Zip(answered))
        {
            var sure = answers.Where(answer => answer.Posterior >= confidence).ToList();
            var coverage = sure.Count / (double)answers.Count;
            var right = sure.Count(answer => answer.Right) / (double)Math.Max(1, sure.Count);
            report.AppendText(
                $"{scores[0].Condition}, {HistoryNames[history]}: {Percent(coverage)} answered, of these {Percent(right)} right; "
                + "the others are \"unsure\".");
        }
        return (temperature, confidence);
    }

    private int[] Of(Func<Recording, bool> wanted) =>
        [.. Enumerable.Range(0, bank.Recordings.Count).Where(place => wanted(bank.Recordings[place]))];

    private double Ua(IEnumerable<EmotionScore> column) => column.ToMatrix(recipe.Labels.Count).Ua;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %");
}
