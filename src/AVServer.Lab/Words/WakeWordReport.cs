using System.Globalization;
using System.Text;
using AVServer.Detection;
using AVServer.Pipeline;
using AVServer.Runtime;

namespace AVServer.Lab.Words;

/// <summary>How well texts are found that taught neither the network nor the judge.</summary>
internal static class WakeWordReport
{
    private static readonly double?[] Conditions = [null, 10, 5, 0];
    private static readonly double[] Rates = [0.1, 0.3, 0.5, 1, 10, 80, 240];

    /// <summary>False alarms an hour for which a word's threshold is chosen on the stored speech.</summary>
    private const double TypedRate = 0.5;

    /// <summary>Measures each wake word with a judge that met none of their words.</summary>
    /// <param name="material">Recordings.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="recipe">Which words, on what.</param>
    /// <param name="ear">The recogniser.</param>
    /// <param name="rescoring">How judge and recogniser make the score.</param>
    /// <param name="slope">See <see cref="RescoringTraining.Train"/>.</param>
    /// <param name="log">Told how far it is, and the loudest false alarms.</param>
    public static string Measure(
        JudgeMaterial material, JudgeData data, WordsRecipe recipe, CandidateEar ear, Rescoring rescoring, double slope, Action<string> log)
    {
        var report = new StringBuilder("| text | recordings | hours without | stage | false alarms an hour | clean | 10 dB | 5 dB | 0 dB |\n|---|---|---|---|---|---|---|---|---|\n");
        var known = recipe.WakeWords.SelectMany(word => word.Split(' ')).ToHashSet();
        var judge = JudgeTraining.Train(material, data, text => !data.Texts[text].Split(' ').Any(known.Contains), recipe.Seed);
        var right = Right(material, recipe);
        var wanted = new WordSet(material.States, recipe.Matcher, [.. data.Words.Paths.Where(path => recipe.WakeWords.Contains(data.Texts[path.Word]))]);
        var heard = Conditions.Select(snr =>
        {
            var bank = material.Heard(right, snr);
            var found = JudgeData.Scan(material, wanted, i => bank[i], right.Length, log);
            // A path's word has the number that it has among all.
            return (Found: found, Heard: ear.Hear(Numbered(Enumerable.Range(0, right.Length), found), i => material.Sound(right[i], i, snr)));
        }).ToArray();
        var sums = Rates.ToDictionary(rate => rate, _ => new List<double>[] { [], [], [], [] });
        var typed = new List<double[]>();
        foreach (var word in recipe.WakeWords)
        {
            var number = data.Texts.ToList().IndexOf(word);
            var says = Enumerable.Range(0, right.Length).Where(i => material.Spoken[right[i]].Text == word).ToArray();
            if (says.Length == 0) continue;
            var parts = word.Split(' ');
            var without = Enumerable.Range(0, material.Spoken.Count)
                .Where(i => !recipe.NotCounted.Contains(material.Spoken[i].Clip.Set))
                .Where(i => material.Spoken[i].Text is { } ? !parts.Any(material.Spoken[i].MaySay) : recipe.Untranscribed.Contains(material.Spoken[i].Clip.Set)).ToArray();
            var hours = without.Sum(material.Hours);
            var heardWithout = ear.Hear(Numbered(without, data.Candidates).Where(found => found.Candidate.Word == number), material.TaughtSound);
            var stages = new (string Name, Func<ScannedCandidate, IReadOnlyDictionary<ScannedCandidate, TextLikelihood>, float> Score)[]
            {
                ("matcher", (found, _) => found.Candidate.Score),
                ("judge", (found, _) => judge.Score(found.Features)),
                ("recogniser", Score),
            };
            foreach (var (stage, score) in stages)
            {
                var alarms = without.SelectMany(i => data.Candidates[i].Where(found => found.Word == number).Select(found => score(found, heardWithout))).OrderDescending().ToArray();
                foreach (var rate in Rates)
                {
                    var allowed = (int)(rate * hours);
                    var threshold = allowed < alarms.Length ? alarms[allowed] : float.NegativeInfinity;
                    var recalls = heard.Select(condition => says.Count(i => condition.Found[i].Any(found => found.Word == number && score(found, condition.Heard) > threshold))).ToArray();
                    report.AppendLine(CultureInfo.InvariantCulture, $"| {word} | {says.Length} | {hours:F2} | {stage} | {rate} | {string.Join(" | ", recalls.Select(recall => Percent((double)recall / says.Length)))} |");
                    if (stage == stages[^1].Name)
                        for (var c = 0; c < recalls.Length; c++) sums[rate][c].Add((double)recalls[c] / says.Length);
                }
            }
            AppendTyped();
            var loudest = without.SelectMany(i => data.Candidates[i].Where(found => found.Word == number).Select(found => (Score: Score(found, heardWithout), Spoken: material.Spoken[i])))
                .OrderByDescending(alarm => alarm.Score).Take(8);
            log($"{word}: loudest false alarms {string.Join("; ", loudest.Select(alarm => FormattableString.Invariant($"{alarm.Score:F1} {alarm.Spoken.Clip.Set} {alarm.Spoken.Clip.Path} '{alarm.Spoken.Text}'")))}");

            // As the server does it: the threshold comes from the stored speech alone, the false alarms are counted elsewhere.
            void AppendTyped()
            {
                var elsewhere = without.Where(i => !recipe.Background.Contains(material.Spoken[i].Clip.Set)).ToArray();
                var stored = without.Where(i => recipe.Background.Contains(material.Spoken[i].Clip.Set)).ToArray();
                var threshold = AlarmTail.Threshold([.. Loudest(stored).OrderDescending()], TypedRate * stored.Sum(material.Hours), slope);
                var measured = Loudest(elsewhere).Count(score => score > threshold) / elsewhere.Sum(material.Hours);
                var recalls = heard.Select(condition => says.Count(i => condition.Found[i].Any(found => found.Word == number && Score(found, condition.Heard) > threshold)) / (double)says.Length).ToArray();
                typed.Add([measured, .. recalls]);
                report.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {word} | {says.Length} | {elsewhere.Sum(material.Hours):F2} | typed for {TypedRate} | {measured:F2} | {string.Join(" | ", recalls.Select(Percent))} |");
            }

            IEnumerable<float> Loudest(int[] recordings) => recordings
                .Select(i => data.Candidates[i].Where(found => found.Word == number).Select(found => Score(found, heardWithout)).DefaultIfEmpty(float.NegativeInfinity).Max())
                .Where(float.IsFinite);

            float Score(ScannedCandidate found, IReadOnlyDictionary<ScannedCandidate, TextLikelihood> likelihoods) =>
                rescoring.Score(judge.Score(found.Features), likelihoods[found].Text, likelihoods[found].End);
        }
        foreach (var (rate, values) in sums)
            report.AppendLine(CultureInfo.InvariantCulture, $"| mean of texts | | | recogniser | {rate} | {string.Join(" | ", values.Select(list => Percent(list.Average())))} |");
        var means = Conditions.Select((_, c) => Percent(typed.Average(row => row[c + 1])));
        report.AppendLine(CultureInfo.InvariantCulture, $"| mean of texts | | | typed for {TypedRate} | {typed.Average(row => row[0]):F2} | {string.Join(" | ", means)} |");
        return report.ToString();
    }

    private static IEnumerable<(int Recording, ScannedCandidate Candidate)> Numbered(IEnumerable<int> recordings, IReadOnlyList<IReadOnlyList<ScannedCandidate>> candidates) =>
        recordings.SelectMany(i => candidates[i].Select(candidate => (i, candidate)));

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture);

    // Contributors in turn: one who gave hundreds of recordings doesn't speak for all.
    private static int[] Right(JudgeMaterial material, WordsRecipe recipe) =>
    [
        .. recipe.WakeWords.SelectMany(word => Enumerable.Range(0, material.Spoken.Count)
            .Where(i => material.Spoken[i].Text == word && (recipe.WakeWordSets.Count == 0 || recipe.WakeWordSets.Contains(material.Spoken[i].Clip.Set)))
            .GroupBy(i => material.Spoken[i].Clip.Contributor)
            .SelectMany(group => group.Select((recording, turn) => (recording, turn)))
            .OrderBy(entry => entry.turn).ThenBy(entry => entry.recording)
            .Take(recipe.MostRecordings)
            .Select(entry => entry.recording)),
    ];
}
