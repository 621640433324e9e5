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

    private const int LoudestTold = 8;

    private readonly JudgeMaterial _material;
    private readonly JudgeData _data;
    private readonly WordsRecipe _recipe;
    private readonly CandidateEar _ear;
    private readonly TaughtRescoring _taught;
    private readonly Action<string> _log;
    private readonly Judge _judge;
    private readonly int[] _right;
    private readonly CodeBank[] _banks;
    private readonly IReadOnlyList<IReadOnlyList<ScannedCandidate>>[] _found;
    private readonly StringBuilder _report = new(
        """
        | text | recordings | hours without | stage | false alarms an hour | clean | 10 dB | 5 dB | 0 dB |
        |---|---|---|---|---|---|---|---|---|

        """);

    private WakeWordReport(
        JudgeMaterial material, JudgeData data, WordsRecipe recipe, CandidateEar ear, TaughtRescoring taught, Action<string> log)
    {
        (_material, _data, _recipe, _ear, _taught, _log) = (material, data, recipe, ear, taught, log);
        var known = recipe.WakeWords.SelectMany(word => word.Split(' ')).ToHashSet();
        _judge = JudgeTraining.Train(material, data, text => !data.Texts[text].Split(' ').Any(known.Contains), recipe.Seed);
        _right = Right(material, recipe);
        var paths = data.Words.Paths.Where(path => recipe.WakeWords.Contains(data.Texts[path.Word]));
        var wanted = new WordSet(material.States, recipe.Matcher, [.. paths]);
        _banks = [.. Conditions.Select(snr => material.Heard(_right, snr))];
        _found = [.. _banks.Select(bank => JudgeData.Scan(material, wanted, i => bank[i], _right.Length, log))];
    }

    /// <summary>Measures each wake word with a judge that met none of their words.</summary>
    /// <param name="material">Recordings.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="recipe">Which words, on what.</param>
    /// <param name="ear">The recogniser.</param>
    /// <param name="taught">How judge and recogniser make the score.</param>
    /// <param name="log">Told how far it is, and the loudest false alarms.</param>
    public static string Measure(
        JudgeMaterial material, JudgeData data, WordsRecipe recipe, CandidateEar ear, TaughtRescoring taught, Action<string> log) =>
        new WakeWordReport(material, data, recipe, ear, taught, log).Write();

    private string Write()
    {
        Word[] words = [.. _recipe.WakeWords.Select(Hear).Where(word => word.Says.Length > 0)];
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
    private Word Hear(string text)
    {
        var number = _data.Texts.ToList().IndexOf(text);
        var says = Enumerable.Range(0, _right.Length).Where(i => _material.Spoken[_right[i]].Text == text).ToArray();
        var without = Enumerable.Range(0, _material.Spoken.Count).Where(i => IsWithout(_material.Spoken[i], text.Split(' '))).ToArray();
        var stored = without.Where(_material.IsStored).ToArray();
        var judged = Of(stored, _data.Candidates).Select(found => _judge.Score(found.Candidate.Features)).OrderDescending().ToArray();
        var storedHours = stored.Sum(_material.Hours);
        var heardFrom = Allowing(judged, _recipe.RescoredPerHour * storedHours);
        // The large one then those that score above so many of the stored speech by the small one.
        var others = Of(without, _data.Candidates).Where(IsHeard).ToArray();
        var alarms = _ear.Hear(others, _material.TaughtSound);
        var scores = Of(stored, _data.Candidates).Select(found => Score(found.Candidate, alarms)).OrderDescending().ToArray();
        var heardAgainFrom = Allowing(scores, _recipe.HeardAgainPerHour * storedHours);
        return new Word(
            text,
            number,
            says,
            without,
            HearAgain(others, _material.TaughtSound, alarms),
            [.. Conditions.Select((snr, c) => HearBoth([.. Of(says, _found[c]).Where(IsHeard)], i => _material.Sound(_right[i], i, snr)))]);

        Likelihoods HearBoth((int Recording, ScannedCandidate Candidate)[] candidates, Func<int, float[]> sound) =>
            HearAgain(candidates, sound, _ear.Hear(candidates, sound));

        Likelihoods HearAgain((int Recording, ScannedCandidate Candidate)[] candidates, Func<int, float[]> sound, Likelihoods heard) =>
            _ear.HearAgain(candidates, sound, heard, candidate => Score(candidate, heard) > heardAgainFrom);

        IEnumerable<(int Recording, ScannedCandidate Candidate)> Of(
            IEnumerable<int> recordings, IReadOnlyList<IReadOnlyList<ScannedCandidate>> candidates) =>
            recordings.SelectMany(i => candidates[i].Where(candidate => candidate.Word == number).Select(candidate => (i, candidate)));

        bool IsHeard((int Recording, ScannedCandidate Candidate) found) => _judge.Score(found.Candidate.Features) >= heardFrom;
    }

    // Voices that say a word often: what three recordings of theirs bring for the others.
    private string Enrolments(Word[] words)
    {
        var report = new EnrolmentReport(_recipe.Seed, TypedRate);
        foreach (var word in words)
        {
            var alarms = Heard(word.Without, i => _data.Candidates[i], word.Alarms, i => _material.Taught[i]);
            var stored = word.Without.Where(_material.IsStored).ToHashSet();
            var hours = word.Without.Sum(_material.Hours);
            foreach (var voice in word.Says.GroupBy(i => _material.Spoken[_right[i]].Clip.Contributor).Where(EnrolmentReport.IsOften))
            {
                var heard = Conditions.Select((_, c) => Heard(voice, i => _found[c][i], word.Heard[c], i => _banks[c][i])).ToArray();
                report.Append($"{word.Text}, {voice.Key}", [.. voice], heard, alarms, stored, hours);
            }
        }
        return report.ToString();

        List<HeardCandidate> Heard(
            IEnumerable<int> recordings,
            Func<int, IReadOnlyList<ScannedCandidate>> candidates,
            Likelihoods likelihoods,
            Func<int, float[]> codes)
        {
            var heard = new List<HeardCandidate>();
            foreach (var i in recordings)
            {
                var own = candidates(i).Where(likelihoods.ContainsKey).ToArray();
                if (own.Length == 0) continue;
                var history = WordScan.Remember(_material.States, _material.Score(codes(i)), _material.Width);
                heard.AddRange(own.Select(found => new HeardCandidate(
                    i, Score(found, likelihoods), WordExamples.Describe(history, found.Candidate.Start, found.Candidate.End))));
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
        var hours = word.Without.Sum(_material.Hours);
        foreach (var (stage, score) in stages)
        {
            var alarms = Found().Select(found => score(found.Candidate, word.Alarms)).OrderDescending().ToArray();
            recalls = [.. Rates.Select(rate => Recalls(word, score, Allowing(alarms, rate * hours)))];
            for (var rate = 0; rate < Rates.Length; rate++)
                AppendRow(word.Text, $"{word.Says.Length}", Number(hours), stage, $"{Rates[rate]}", recalls[rate]);
        }
        var loudest = Found().OrderByDescending(found => Score(found.Candidate, word.Alarms)).Take(LoudestTold).Select(Describe);
        _log($"{word.Text}: loudest false alarms {string.Join("; ", loudest)}");
        return recalls;

        IEnumerable<(int Recording, ScannedCandidate Candidate)> Found() =>
            word.Without.SelectMany(i => word.In(_data.Candidates[i]).Select(candidate => (i, candidate)));

        string Describe((int Recording, ScannedCandidate Candidate) found)
        {
            var spoken = _material.Spoken[found.Recording];
            return $"{Number(Score(found.Candidate, word.Alarms))} {spoken.Clip.Set} {spoken.Clip.Path} '{spoken.Text}'";
        }
    }

    // As the server does it: the threshold comes from the stored speech alone, the false alarms are counted elsewhere.
    private (double Measured, double[] Recalls) AppendTyped(Word word)
    {
        var stored = word.Without.Where(_material.IsStored).ToArray();
        var elsewhere = word.Without.Except(stored).ToArray();
        var threshold = _taught.FalseAlarms.Threshold([.. Loudest(stored).OrderDescending()], stored.Sum(_material.Hours), TypedRate);
        var hours = elsewhere.Sum(_material.Hours);
        var measured = Loudest(elsewhere).Count(score => score > threshold) / hours;
        var recalls = Recalls(word, Score, threshold);
        AppendRow(word.Text, $"{word.Says.Length}", Number(hours), $"typed for {TypedRate}", Number(measured), recalls);
        return (measured, recalls);

        IEnumerable<float> Loudest(int[] recordings) => recordings.Select(Peak).Where(float.IsFinite);

        float Peak(int recording) =>
            word.In(_data.Candidates[recording]).Select(found => Score(found, word.Alarms)).DefaultIfEmpty(float.NegativeInfinity).Max();
    }

    // The threshold that so many of the alarms, loudest first, pass.
    private static float Allowing(float[] alarms, double count) => (int)count < alarms.Length ? alarms[(int)count] : float.NegativeInfinity;

    private double[] Recalls(Word word, Func<ScannedCandidate, Likelihoods, float> score, float threshold)
    {
        return [.. Conditions.Select((_, c) => word.Says.Count(i => IsFound(i, c)) / (double)word.Says.Length)];

        bool IsFound(int recording, int condition) =>
            word.In(_found[condition][recording]).Any(found => score(found, word.Heard[condition]) > threshold);
    }

    private float Score(ScannedCandidate found, Likelihoods heard) => heard.TryGetValue(found, out var likelihood)
        ? _taught.Weights.Score(_judge.Score(found.Features), likelihood)
        : float.NegativeInfinity;

    // What nobody wrote down counts only where it is known that the words aren't said.
    private bool IsWithout(SpokenText spoken, string[] parts) => !_recipe.NotCounted.Contains(spoken.Clip.Set)
        && (spoken.Text is null ? _recipe.Untranscribed.Contains(spoken.Clip.Set) : !parts.Any(spoken.MaySay));

    private void AppendRow(string text, string recordings, string hours, string stage, string rate, IEnumerable<double> recalls)
    {
        var percents = recalls.Select(recall => (100 * recall).ToString("F1", CultureInfo.InvariantCulture));
        _report.AppendLine($"| {text} | {recordings} | {hours} | {stage} | {rate} | {string.Join(" | ", percents)} |");
    }

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

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

    /// <summary>A wake word and what the recogniser heard of it.</summary>
    /// <param name="Text">The word.</param>
    /// <param name="Number">Its number among the texts.</param>
    /// <param name="Says">Who says it, by place among the measured recordings.</param>
    /// <param name="Without">Recordings in which it isn't said, by number.</param>
    /// <param name="Alarms">What was heard in these.</param>
    /// <param name="Heard">What was heard where it is said, by condition.</param>
    private sealed record Word(string Text, int Number, int[] Says, int[] Without, Likelihoods Alarms, Likelihoods[] Heard)
    {
        public IEnumerable<ScannedCandidate> In(IEnumerable<ScannedCandidate> candidates) =>
            candidates.Where(candidate => candidate.Word == Number);
    }
}
