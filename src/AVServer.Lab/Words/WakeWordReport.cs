using System.Globalization;
using System.Text;
using AVServer.Detection;
using AVServer.Pipeline;
using Likelihoods = System.Collections.Generic.IReadOnlyDictionary<AVServer.Lab.Words.ScannedCandidate, AVServer.Runtime.TextLikelihood>;

namespace AVServer.Lab.Words;

/// <summary>How well texts are found that taught neither the network nor the judge.</summary>
internal sealed class WakeWordReport
{
    private static readonly double?[] Conditions = [null, 10, 5, 0];
    private static readonly double[] Rates = [0.1, 0.3, 0.5, 1, 10, 80];

    /// <summary>False alarms an hour for which a word's threshold is chosen on the stored speech.</summary>
    private const double TypedRate = FalseAlarmModel.PromisedRate;

    private const int LoggedAlarms = 8;

    private readonly WordCorpus _corpus;
    private readonly JudgeDataset _data;
    private readonly WordsRecipe _recipe;
    private readonly CandidateRescorer _rescorer;
    private readonly TrainedRescoring _rescoring;
    private readonly Action<string> _log;
    private readonly Judge _judge;
    private readonly int[] _positives;
    private readonly BottleneckCache[] _features;
    private readonly IReadOnlyList<IReadOnlyList<ScannedCandidate>>[] _found;
    private readonly StringBuilder _report = new(
        """
        | text | recordings | hours without | stage | false alarms an hour | clean | 10 dB | 5 dB | 0 dB |
        |---|---|---|---|---|---|---|---|---|

        """);

    private WakeWordReport(
        WordCorpus corpus, JudgeDataset data, WordsRecipe recipe, CandidateRescorer rescorer, TrainedRescoring rescoring, Action<string> log)
    {
        (_corpus, _data, _recipe, _rescorer, _rescoring, _log) = (corpus, data, recipe, rescorer, rescoring, log);
        var known = recipe.WakeWords.SelectMany(word => word.Split(' ')).ToHashSet();
        _judge = JudgeTrainer.Train(corpus, data, text => !data.Texts[text].Split(' ').Any(known.Contains), recipe.Seed);
        _positives = Positives(corpus, recipe);
        var paths = data.Words.Paths.Where(path => recipe.WakeWords.Contains(data.Texts[path.Word]));
        var wanted = new WordSet(corpus.States, recipe.Matcher, [.. paths]);
        _features = [.. Conditions.Select(snr => corpus.TestFeatures(_positives, snr))];
        _found = [.. _features.Select(bank => JudgeDataset.Scan(corpus, wanted, i => bank[i], _positives.Length, log))];
    }

    /// <summary>Measures each wake word with a judge that met none of their words.</summary>
    /// <param name="corpus">Recordings.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="recipe">Which words, on what.</param>
    /// <param name="rescorer">The recogniser.</param>
    /// <param name="rescoring">How judge and recogniser make the score.</param>
    /// <param name="log">Told how far it is, and the loudest false alarms.</param>
    public static string Measure(
        WordCorpus corpus, JudgeDataset data, WordsRecipe recipe, CandidateRescorer rescorer, TrainedRescoring rescoring, Action<string> log) =>
        new WakeWordReport(corpus, data, recipe, rescorer, rescoring, log).Write();

    private string Write()
    {
        Word[] words = [.. _recipe.WakeWords.Select(Search).Where(word => word.Positives.Length > 0)];
        var (chosen, typed) = (words.Select(Append).ToArray(), words.Select(AppendTyped).ToArray());
        for (var rate = 0; rate < Rates.Length; rate++)
            AppendMean("recogniser", $"{Rates[rate]}", chosen.Select(recalls => recalls[rate]));
        AppendMean($"typed for {TypedRate}", Number(typed.Average(row => row.Measured)), typed.Select(row => row.Recalls));
        _report.AppendLine().Append(Enrolments(words));
        return _report.ToString();

        void AppendMean(string stage, string rate, IEnumerable<double[]> recalls) =>
            AppendRow("mean of texts", "", "", stage, rate, Conditions.Select((_, c) => recalls.Average(each => each[c])));
    }

    // The recogniser hears the judge's best, as many an hour of the stored speech as in the server.
    private Word Search(string text)
    {
        var number = _data.Texts.ToList().IndexOf(text);
        var says = Enumerable.Range(0, _positives.Length).Where(i => _corpus.Recordings[_positives[i]].Text == text).ToArray();
        var without = Enumerable.Range(0, _corpus.Recordings.Count).Where(i => IsNegative(_corpus.Recordings[i], text.Split(' '))).ToArray();
        var stored = without.Where(_corpus.IsStored).ToArray();
        var judged = Strongest(stored, candidate => _judge.Score(candidate.Features));
        var storedHours = stored.Sum(_corpus.Hours);
        var smallThreshold = ThresholdFor(judged, _recipe.RescoredPerHour * storedHours);
        // The large one then those that score above so many of the stored speech by the small one.
        var others = Of(without, _data.Candidates).Where(IsRescored).ToArray();
        var alarms = _rescorer.ScoreBySmall(others, _corpus.TrainingSound);
        var scores = Strongest(stored, candidate => Score(candidate, alarms));
        var largeThreshold = ThresholdFor(scores, _recipe.HeardAgainPerHour * storedHours);
        return new Word(
            text,
            number,
            says,
            without,
            ScoreByLarge(others, _corpus.TrainingSound, alarms),
            [.. Conditions.Select((snr, c) => ScoreByBoth([.. Of(says, _found[c]).Where(IsRescored)], i => _corpus.TestSound(_positives[i], i, snr)))]);

        Likelihoods ScoreByBoth((int Recording, ScannedCandidate Candidate)[] candidates, Func<int, float[]> sound) =>
            ScoreByLarge(candidates, sound, _rescorer.ScoreBySmall(candidates, sound));

        Likelihoods ScoreByLarge((int Recording, ScannedCandidate Candidate)[] candidates, Func<int, float[]> sound, Likelihoods heard) =>
            _rescorer.ScoreByLarge(candidates, sound, heard, candidate => Score(candidate, heard) > largeThreshold);

        IEnumerable<(int Recording, ScannedCandidate Candidate)> Of(
            IEnumerable<int> recordings, IReadOnlyList<IReadOnlyList<ScannedCandidate>> candidates) =>
            recordings.SelectMany(i => candidates[i].Where(candidate => candidate.Word == number).Select(candidate => (i, candidate)));

        float[] Strongest(IEnumerable<int> recordings, Func<ScannedCandidate, float> score) =>
        [
            .. recordings.SelectMany(i => Suppressed(_data.Candidates[i].Where(candidate => candidate.Word == number), score))
                .Select(score).OrderDescending(),
        ];

        bool IsRescored((int Recording, ScannedCandidate Candidate) found) => _judge.Score(found.Candidate.Features) >= smallThreshold;
    }

    // Voices that say a word often: what three recordings of theirs bring for the others.
    private string Enrolments(Word[] words)
    {
        var report = new EnrolmentReport(_recipe.Seed, TypedRate);
        foreach (var word in words)
        {
            var alarms = Rescored(word.Negatives, i => _data.Candidates[i], word.Alarms, i => _corpus.TrainingFeatures[i]);
            var stored = word.Negatives.Where(_corpus.IsStored).ToHashSet();
            var hours = word.Negatives.Sum(_corpus.Hours);
            foreach (var voice in word.Positives.GroupBy(i => _corpus.Recordings[_positives[i]].Clip.Contributor).Where(EnrolmentReport.HasEnough))
            {
                var rescored = Conditions.Select((_, c) => Rescored(voice, i => _found[c][i], word.Likelihoods[c], i => _features[c][i])).ToArray();
                report.Append($"{word.Text}, {voice.Key}", [.. voice], rescored, alarms, stored, hours);
            }
        }
        return report.ToString();

        List<RescoredCandidate> Rescored(
            IEnumerable<int> recordings,
            Func<int, IReadOnlyList<ScannedCandidate>> candidates,
            Likelihoods likelihoods,
            Func<int, float[]> codes)
        {
            var heard = new List<RescoredCandidate>();
            foreach (var i in recordings)
            {
                var own = candidates(i).Where(likelihoods.ContainsKey).ToArray();
                if (own.Length == 0) continue;
                var history = WordSearch.ToHistory(_corpus.States, _corpus.Score(codes(i)), _corpus.Width);
                heard.AddRange(own.Select(found => new RescoredCandidate(
                    i, Score(found, likelihoods), WordExamples.Embed(history, found.Candidate.Start, found.Candidate.End))));
            }
            return heard;
        }
    }

    // With thresholds read off the very speech that the false alarms are counted in; recalls by rate and condition, of the last stage.
    private double[][] Append(Word word)
    {
        var stages = new (string Name, Func<ScannedCandidate, Likelihoods, float> Score)[]
        {
            ("matcher", (found, _) => found.Candidate.Score),
            ("judge", (found, _) => _judge.Score(found.Features)),
            ("recogniser", Score),
        };
        double[][] recalls = [];
        var hours = word.Negatives.Sum(_corpus.Hours);
        foreach (var (stage, score) in stages)
        {
            var alarms = word.Negatives.SelectMany(i => Suppressed(word.In(_data.Candidates[i]), found => score(found, word.Alarms)))
                .Select(found => score(found, word.Alarms)).OrderDescending().ToArray();
            recalls = [.. Rates.Select(rate => Recalls(word, score, ThresholdFor(alarms, rate * hours)))];
            for (var rate = 0; rate < Rates.Length; rate++)
                AppendRow(word.Text, $"{word.Positives.Length}", Number(hours), stage, $"{Rates[rate]}", recalls[rate]);
        }
        var loudest = Found().OrderByDescending(found => Score(found.Candidate, word.Alarms)).Take(LoggedAlarms).Select(Describe);
        _log($"{word.Text}: loudest false alarms {string.Join("; ", loudest)}");
        return recalls;

        IEnumerable<(int Recording, ScannedCandidate Candidate)> Found() =>
            word.Negatives.SelectMany(i => word.In(_data.Candidates[i]).Select(candidate => (i, candidate)));

        string Describe((int Recording, ScannedCandidate Candidate) found)
        {
            var spoken = _corpus.Recordings[found.Recording];
            return $"{Number(Score(found.Candidate, word.Alarms))} {spoken.Clip.Set} {spoken.Clip.Path} '{spoken.Text}'";
        }
    }

    // As the server does it: the threshold comes from the stored speech alone, the false alarms are counted elsewhere.
    private (double Measured, double[] Recalls) AppendTyped(Word word)
    {
        var stored = word.Negatives.Where(_corpus.IsStored).ToArray();
        var elsewhere = word.Negatives.Except(stored).ToArray();
        var threshold = _rescoring.FalseAlarms.Threshold([.. Loudest(stored).OrderDescending()], stored.Sum(_corpus.Hours), TypedRate);
        var hours = elsewhere.Sum(_corpus.Hours);
        var measured = Loudest(elsewhere).Count(score => score > threshold) / hours;
        var recalls = Recalls(word, Score, threshold);
        AppendRow(word.Text, $"{word.Positives.Length}", Number(hours), $"typed for {TypedRate}", Number(measured), recalls);
        return (measured, recalls);

        IEnumerable<float> Loudest(int[] recordings) => recordings.Select(Peak).Where(float.IsFinite);

        float Peak(int recording) =>
            word.In(_data.Candidates[recording]).Select(found => Score(found, word.Alarms)).DefaultIfEmpty(float.NegativeInfinity).Max();
    }

    // What was said once counts once, whatever pronunciations were found there.
    private static List<ScannedCandidate> Suppressed(IEnumerable<ScannedCandidate> candidates, Func<ScannedCandidate, float> score) =>
        NonMaximumSuppression.Apply(candidates, found => (found.Candidate.Start, found.Candidate.End), score);

    // The threshold that so many of the alarms, loudest first, pass.
    private static float ThresholdFor(float[] alarms, double count) => (int)count < alarms.Length ? alarms[(int)count] : float.NegativeInfinity;

    private double[] Recalls(Word word, Func<ScannedCandidate, Likelihoods, float> score, float threshold)
    {
        return [.. Conditions.Select((_, c) => word.Positives.Count(i => IsFound(i, c)) / (double)word.Positives.Length)];

        bool IsFound(int recording, int condition) =>
            word.In(_found[condition][recording]).Any(found => score(found, word.Likelihoods[condition]) > threshold);
    }

    private float Score(ScannedCandidate found, Likelihoods heard) => heard.TryGetValue(found, out var likelihood)
        ? _rescoring.Weights.Score(_judge.Score(found.Features), likelihood)
        : float.NegativeInfinity;

    // What nobody wrote down counts only where it is known that the words aren't said.
    private bool IsNegative(TranscribedClip spoken, string[] parts) => !_recipe.NotCounted.Contains(spoken.Clip.Set)
        && (spoken.Text is null ? _recipe.Untranscribed.Contains(spoken.Clip.Set) : !parts.Any(spoken.MayContain));

    private void AppendRow(string text, string recordings, string hours, string stage, string rate, IEnumerable<double> recalls)
    {
        var percents = recalls.Select(recall => (100 * recall).ToString("F1", CultureInfo.InvariantCulture));
        _report.AppendLine($"| {text} | {recordings} | {hours} | {stage} | {rate} | {string.Join(" | ", percents)} |");
    }

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    // Contributors in turn: one who gave hundreds of recordings doesn't speak for all.
    private static int[] Positives(WordCorpus corpus, WordsRecipe recipe) =>
    [
        .. recipe.WakeWords.SelectMany(word => Enumerable.Range(0, corpus.Recordings.Count)
            .Where(i => corpus.Recordings[i].Text == word && (recipe.WakeWordSets.Count == 0 || recipe.WakeWordSets.Contains(corpus.Recordings[i].Clip.Set)))
            .GroupBy(i => corpus.Recordings[i].Clip.Contributor)
            .SelectMany(group => group.Select((recording, turn) => (recording, turn)))
            .OrderBy(entry => entry.turn).ThenBy(entry => entry.recording)
            .Take(recipe.MostRecordings)
            .Select(entry => entry.recording)),
    ];

    /// <summary>A wake word and what the recogniser heard of it.</summary>
    /// <param name="Text">The word.</param>
    /// <param name="Number">Its number among the texts.</param>
    /// <param name="Positives">Who says it, by place among the measured recordings.</param>
    /// <param name="Negatives">Recordings in which it isn't said, by number.</param>
    /// <param name="Alarms">What was heard in these.</param>
    /// <param name="Likelihoods">What was heard where it is said, by condition.</param>
    private sealed record Word(string Text, int Number, int[] Positives, int[] Negatives, Likelihoods Alarms, Likelihoods[] Likelihoods)
    {
        public IEnumerable<ScannedCandidate> In(IEnumerable<ScannedCandidate> candidates) =>
            candidates.Where(candidate => candidate.Word == Number);
    }
}
