using System.Globalization;
using System.Text;
using AVServer.Detection;
using AVServer.Evaluation;
using AVServer.Networks.Lips;

namespace AVServer.Lab.Lips;

/// <summary>What lips tell of talkers that taught nothing.</summary>
/// <param name="recipe">How networks are trained.</param>
/// <param name="corpus">Recordings.</param>
/// <param name="train">Trains a network, by the name of its run.</param>
/// <param name="fusion">Looks for words in noise; null: nobody does.</param>
/// <param name="log">Told how far it is.</param>
internal sealed class LipPhoneReport(
    LipPhoneRecipe recipe, LipCorpus corpus, Func<string, IReadOnlyCollection<LipClip>, LipPhoneNet> train, LipFusionTrials? fusion,
    Action<string> log)
{
    // Recordings that were seen of a talker before; in the other rows only what is judged itself.
    private const int SeenBefore = 7;

    // Of a talker of whom there are more, so many recordings are judged: he counts no more than the others.
    private const int MostJudged = 22;

    private const double FalseShare = 0.01;
    private const int Rounds = 400;

    private static readonly float[] Weights = [0, 0.1f, 0.2f, 0.4f];

    private readonly Dictionary<string, int[][]> _words =
        recipe.Words.ToDictionary(word => word, word => corpus.Teacher.Pronunciations(word));

    /// <summary>How often each label is shown in recordings.</summary>
    internal static float[] Priors(IReadOnlyCollection<LipClip> clips, int labels)
    {
        var sums = new double[labels];
        foreach (var clip in clips)
            for (var i = 0; i < clip.Aligned.Length; i++) sums[i % labels] += clip.Aligned[i];
        // A label that was never shown is rare, not impossible.
        return [.. sums.Select(sum => (float)((sum / sums.Sum()) + 1e-4))];
    }

    /// <summary>Trains the folds' networks and measures them.</summary>
    public string Measure()
    {
        var folds = Folds();
        var text = new StringBuilder($"# {recipe.Name} on talkers that it didn't learn from\n\n");
        var told = 0;
        // A part takes minutes: each is told once it is measured.
        void Tell()
        {
            log(text.ToString(told, text.Length - told));
            told = text.Length;
        }
        text.Append(CultureInfo.InvariantCulture, $"Each of {folds.Length} networks learnt from the talkers of the other folds; ")
            .Append("the intervals are of 95 %, talkers drawn (bootstrap). A picture is one of speech in which one phone takes up more ")
            .Append("than 60 % of the time; chance is the commonest viseme. Balanced: the mean over twelve visemes, 8.3 % by chance. ")
            .Append("Bits: what a picture tells of its viseme beyond how often each is shown. Made by `av-lab evaluate-lips`.\n\n");
        Frames(text);
        var (known, unknown) = (new List<LipReading>(), new List<LipReading>());
        var priors = Priors(corpus.Clips, corpus.Targets.Labels.Count);
        foreach (var (fold, talkers) in folds.Index())
        {
            var taught = corpus.Clips.Where(clip => !talkers.Contains(clip.Talker)).ToArray();
            Read(train($"{recipe.Name}/fold-{fold + 1}", taught), taught, talkers, known, unknown);
        }
        foreach (var set in known.GroupBy(reading => reading.Clip.Face.Set.Split('_')[0]))
        {
            Row(text, $"{set.Key}, {Talkers(set)} talkers, known for {SeenBefore} recordings", [.. set], priors);
            Row(text, $"{set.Key}, nothing seen before", [.. unknown.Where(reading => reading.Clip.Face.Set.StartsWith(
                set.Key, StringComparison.Ordinal))], priors);
        }
        if (corpus.Judges.Count > 0)
        {
            var all = train(recipe.Name, corpus.Clips);
            var gains = new LipGains(corpus.Targets.Labels, priors);
            LipReading[] judged = [.. corpus.Judges.GroupBy(clip => clip.Talker)
                .SelectMany(talker => LipReading.Of(all, gains, [.. talker], 0))];
            foreach (var set in judged.GroupBy(reading => reading.Clip.Face.Set))
                Row(text, $"{set.Key}, {Talkers(set)} talkers, whose corpus taught nothing", [.. set], priors);
        }
        Words(text, [("known", known), ("nothing seen before", unknown)]);
        Tell();
        if (fusion is not null) Fusion(text, known);
        Tell();
        Curve(text, folds, known);
        Tell();
        return text.ToString();
    }

    private static int Talkers(IEnumerable<LipReading> readings) => readings.Select(reading => reading.Clip.Talker).Distinct().Count();

    private static void Frames(StringBuilder text) =>
        text.Append("| talkers | pictures | phone, % | chance, % | viseme, % | chance, % | balanced, % | bits |\n")
            .Append("|---|--:|--:|--:|--:|--:|--:|--:|\n");

    private void Row(StringBuilder text, string name, IReadOnlyList<LipReading> readings, float[] priors)
    {
        var scores = LipFrameScores.Of(readings, corpus.Targets.Labels, priors);
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {scores.Pictures} | {100 * scores.Phones:F1} | ")
            .Append(CultureInfo.InvariantCulture, $"{100 * scores.PhoneChance:F1} | {100 * scores.VisemeShare:F1} | ")
            .Append(CultureInfo.InvariantCulture, $"{100 * scores.Chance:F1} | {100 * scores.Balanced:F1} | {scores.Bits:F2} |\n");
    }

    private void Words(StringBuilder text, (string Name, List<LipReading> Readings)[] rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {recipe.Words.Count} typed words by lips alone\n\n")
            .Append("Equal error rates. In place: the lips' mean gain where the sound says that the word is, against other words of the ")
            .Append("list laid over the same frames. Anywhere: the word's best way through a recording of some three seconds by lips ")
            .Append("alone, recordings with the word against those without, each word's threshold read off other talkers.\n\n")
            .Append("| talker | words said | in place, % (95 %) | anywhere, % (95 %) |\n|---|--:|--:|--:|\n");
        foreach (var (name, readings) in rows)
        {
            var (place, anywhere) = WordTrials(readings);
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {place.Said} | {Rate(place)} | {Rate(anywhere)} |\n");
        }
    }

    // The lips' sum of gains along a candidate, weighed and added to its log-odds, as further evidence.
    private void Fusion(StringBuilder text, List<LipReading> readings)
    {
        var trials = new List<LipFusionTrial>();
        foreach (var (i, reading) in readings.Index())
        {
            for (var condition = 0; condition < LipFusionTrials.Conditions.Count; condition++)
                trials.AddRange(fusion!.Find(reading, condition, recipe.Seed + i));
            if ((i + 1) % 20 == 0) log($"words looked for in {i + 1} of {readings.Count} recordings");
        }
        var said = trials.Count(trial => trial is { IsSaid: true, Condition: 0, MatcherWeight: 0 });
        text.Append("\n## The same words, typed, by sound and lips in babble\n\n")
            .Append(CultureInfo.InvariantCulture, $"{readings.Count} recordings, {said} words said. Missed by the server's matcher, judge ")
            .Append("and recognisers at the word's own threshold (false alarms), and at the threshold at which 1 % of the recordings ")
            .Append("without a word have it, % (95 %). With lips their gains, times a weight, are added frame by frame to the matcher's, ")
            .Append("or along a candidate to its log-odds, or both; as served: as the server adds them, at the best of the shifts that it ")
            .Append("tries and within bounds.\n\n| in the matcher | in the score |");
        foreach (var snr in LipFusionTrials.Conditions)
            text.Append(CultureInfo.InvariantCulture, $" {(double.IsPositiveInfinity(snr) ? "clean" : $"{snr} dB")} | at 1 % |");
        text.Append(CultureInfo.InvariantCulture, $"\n|--:|--:|{string.Concat(LipFusionTrials.Conditions.Select(_ => "--:|--:|"))}\n");
        foreach (var (inMatcher, weight) in LipFusionTrials.MatcherWeights.SelectMany(_ => Weights, (matcher, score) => (matcher, score)))
            FusionRow(text, trials, string.Create(CultureInfo.InvariantCulture, $"{inMatcher} | {weight}"), inMatcher, weight);
        FusionRow(text, trials, "0 | as served", 0, null);
    }

    private void FusionRow(StringBuilder text, List<LipFusionTrial> trials, string name, float inMatcher, float? weight)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {name} |");
        for (var condition = 0; condition < LipFusionTrials.Conditions.Count; condition++)
        {
            var own = trials.Where(trial => trial.Condition == condition && trial.MatcherWeight == inMatcher).ToArray();
            var (missed, alarms) = (
                own.Where(trial => trial.IsSaid).Average(trial => trial.Score(weight) < 0 ? 1.0 : 0),
                own.Count(trial => !trial.IsSaid && trial.Score(weight) >= 0));
            var (rate, low, high) = Misses(own, weight);
            text.Append(CultureInfo.InvariantCulture, $" {100 * missed:F1} ({alarms}) | ")
                .Append(CultureInfo.InvariantCulture, $"{100 * rate:F1} ({100 * low:F1}–{100 * high:F1}) |");
        }
        text.Append('\n');
    }

    private (double Rate, double Low, double High) Misses(IReadOnlyList<LipFusionTrial> trials, float? weight)
    {
        var talkers = trials.GroupBy(trial => trial.Talker)
            .Select(talker => talker.Select(trial => (trial.IsSaid, Score: trial.Score(weight))).ToArray()).ToArray();
        double Rate(int[] drawn)
        {
            var all = drawn.SelectMany(talker => talkers[talker]).ToArray();
            var others = all.Where(trial => !trial.IsSaid).Select(trial => trial.Score).OrderDescending().ToArray();
            var threshold = others[(int)(FalseShare * others.Length)];
            return all.Where(trial => trial.IsSaid).Average(trial => trial.Score <= threshold ? 1.0 : 0);
        }
        var (low, high) = Bootstrap.Interval(talkers.Length, 1, (drawn, _) => Rate(drawn), recipe.Seed, Rounds);
        return (Rate([.. Enumerable.Range(0, talkers.Length)]), low, high);
    }

    private void Curve(StringBuilder text, string[][] folds, List<LipReading> full)
    {
        text.Append("\n## Error over the number of talkers that taught\n\n")
            .Append("| talkers | viseme, % | balanced, % | bits | in place, EER % (95 %) | anywhere, EER % (95 %) |\n")
            .Append("|--:|--:|--:|--:|--:|--:|\n");
        var talkers = corpus.Clips.Select(clip => clip.Talker).Distinct().Count();
        foreach (var count in recipe.TalkerCounts)
        {
            var readings = new List<LipReading>();
            foreach (var (fold, judged) in folds.Index())
            {
                var others = corpus.Clips.Select(clip => clip.Talker).Distinct().Except(judged).Order(StringComparer.Ordinal).ToArray();
                new Random(recipe.Seed + fold).Shuffle(others);
                var taught = corpus.Clips.Where(clip => others.Take(count).Contains(clip.Talker)).ToArray();
                Read(train($"{recipe.Name}/fold-{fold + 1}-of-{count}", taught), taught, judged, readings, []);
            }
            CurveRow(text, $"{count}", readings);
        }
        CurveRow(text, $"{talkers - folds.Max(fold => fold.Length)}", full);
    }

    private void CurveRow(StringBuilder text, string name, List<LipReading> readings)
    {
        var scores = LipFrameScores.Of(readings, corpus.Targets.Labels, Priors(corpus.Clips, corpus.Targets.Labels.Count));
        var (place, anywhere) = WordTrials(readings);
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {100 * scores.VisemeShare:F1} | {100 * scores.Balanced:F1} | ")
            .Append(CultureInfo.InvariantCulture, $"{scores.Bits:F2} | {Rate(place)} | {Rate(anywhere)} |\n");
    }

    private (LipWordTrials InPlace, LipWordTrials Anywhere) WordTrials(List<LipReading> readings) => (
        LipWordTrials.InPlace(readings, _words, corpus.Targets.LabelOf),
        LipWordTrials.Anywhere(readings, _words, corpus.Targets.LabelOf));

    // What the talkers of a fold show, to a network that others taught.
    private void Read(
        LipPhoneNet model, IReadOnlyCollection<LipClip> taught, string[] talkers, List<LipReading> known, List<LipReading> unknown)
    {
        using (model)
        {
            var gains = new LipGains(corpus.Targets.Labels, Priors(taught, corpus.Targets.Labels.Count));
            foreach (var talker in talkers)
            {
                var own = corpus.Clips.Where(clip => clip.Talker == talker).Take(MostJudged).ToArray();
                known.AddRange(LipReading.Of(model, gains, own, SeenBefore));
                unknown.AddRange(LipReading.Of(model, gains, own, 0));
            }
        }
    }

    private string[][] Folds()
    {
        var talkers = corpus.Clips.Select(clip => clip.Talker).Distinct().Order(StringComparer.Ordinal).ToArray();
        var count = recipe.Folds == 0 ? talkers.Length : recipe.Folds;
        return [.. Enumerable.Range(0, count).Select(fold => talkers.Where((_, i) => i % count == fold).ToArray())];
    }

    private static string Rate(LipWordTrials trials)
    {
        if (trials.Said == 0) return "–";
        var (rate, low, high) = trials.EqualErrorRate;
        return string.Create(CultureInfo.InvariantCulture, $"{100 * rate:F1} ({100 * low:F1}–{100 * high:F1})");
    }
}
