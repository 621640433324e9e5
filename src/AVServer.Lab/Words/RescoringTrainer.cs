using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>Weighs judge and recogniser, and sees how the false alarms of words that neither met become rare with the score.</summary>
/// <param name="corpus">Recordings.</param>
/// <param name="data">Candidates.</param>
/// <param name="recipe">Weights beside each other, and how many texts are heard.</param>
/// <param name="rescorer">The recogniser.</param>
internal sealed class RescoringTrainer(WordCorpus corpus, JudgeDataset data, WordsRecipe recipe, CandidateRescorer rescorer)
{
    private const int Folds = 2;
    private const int MaxPositives = 14;
    private const int MaxNegatives = 60;

    /// <summary>Share of the texts for which the promise holds.</summary>
    private const double Quantile = 0.75;

    /// <summary>A rate, above the promised one, at which thresholds are looked at too, to see how they fall.</summary>
    private const double HigherRate = 10 * FalseAlarmModel.PromisedRate;

    private const int NewtonSteps = 30;

    /// <summary>
    /// Learns both. Thresholds are such that, in other speech, <see cref="Quantile"/> of the texts have at most as many false alarms
    /// as promised. Not their mean: a text that sounds like another one is found where that is said, and would decide for all.
    /// </summary>
    /// <param name="log">Told the result.</param>
    public TrainedRescoring Train(Action<string> log)
    {
        var examples = Enumerable.Range(0, Folds).SelectMany(Candidates).ToList();
        var candidates = examples.Select(example => (example.Recording, example.Candidate)).ToList();
        var sum = new RescoringWeights(1, (float)recipe.TextWeight, (float)recipe.EndWeight, 0);
        var heard = rescorer.ScoreBySmall(candidates, corpus.TrainingSound);
        var likely = examples.GroupBy(example => example.Candidate.Word).SelectMany(Likely).ToHashSet(ReferenceEqualityComparer.Instance);
        heard = rescorer.ScoreByLarge(candidates, corpus.TrainingSound, heard, likely.Contains);
        var labelled = examples.Where(example => example.Kind != Kind.Background);
        var (weight, bias) = FitLogistic([.. labelled.Select(example => (Score(example, sum), example.Kind == Kind.Positive))]);
        var weights = new RescoringWeights(
            (float)weight, (float)(weight * recipe.TextWeight), (float)(weight * recipe.EndWeight), (float)bias);
        var trained = new TrainedRescoring(weights, FalseAlarms(examples, example => Score(example, weights)));
        log($"{weights}, {trained.FalseAlarms}");
        return trained;

        float Score(Example example, RescoringWeights by) => by.Score(example.JudgeScore, heard[example.Candidate]);

        // As the server does it: those above so many of the stored speech.
        IEnumerable<ScannedCandidate> Likely(IEnumerable<Example> text)
        {
            float[] stored = [.. text.Where(example => example.Kind == Kind.Background).Select(example => Score(example, sum)).OrderDescending()];
            var again = (int)(recipe.HeardAgainPerHour * corpus.StoredHours);
            return text.Where(example => again >= stored.Length || Score(example, sum) > stored[again]).Select(example => example.Candidate);
        }
    }

    // Candidates of some texts that the judge didn't meet: of stored and other speech the judge's best, of right recordings each one's
    // best.
    private IEnumerable<Example> Candidates(int fold)
    {
        var step = Math.Max(1, data.Texts.Count / recipe.RescoredTexts);
        var texts = Enumerable.Range(0, data.Texts.Count).Where(text => text % step == 0 && text / step % Folds == fold).ToHashSet();
        var judge = JudgeTrainer.Train(corpus, data, text => !texts.Contains(text), recipe.Seed);
        var most = (int)(recipe.RescoredPerHour * corpus.StoredHours);
        foreach (var text in Enumerable.Range(0, corpus.Recordings.Count).SelectMany(Found).GroupBy(example => example.Candidate.Word))
        {
            var kinds = text.OrderByDescending(example => example.JudgeScore).ToLookup(example => example.Kind);
            foreach (var example in kinds[Kind.Background].Take(most)) yield return example;
            foreach (var example in kinds[Kind.Negative].Take(MaxNegatives)) yield return example;
            var right = kinds[Kind.Positive].DistinctBy(example => example.Recording).OrderBy(example => example.Recording);
            foreach (var example in right.Take(MaxPositives)) yield return example;
        }

        IEnumerable<Example> Found(int recording) => corpus.Hours(recording) == 0 ? [] : data.Candidates[recording]
            .Where(candidate => texts.Contains(candidate.Word))
            .Select(candidate => new Example(recording, candidate, judge.Score(candidate.Features), KindOf(recording, candidate.Word)))
            .Where(example => example.Kind != Kind.Excluded);
    }

    private Kind KindOf(int recording, int text)
    {
        if (corpus.IsStored(recording)) return Kind.Background;
        var spoken = corpus.Recordings[recording];
        if (spoken.Text is null || recipe.NotCounted.Contains(spoken.Clip.Set)) return Kind.Excluded;
        return spoken.Contains(data.Texts[text]) ? Kind.Positive : spoken.MayContain(data.Texts[text]) ? Kind.Excluded : Kind.Negative;
    }

    // Of each text how loud its alarms are in the stored speech, and the threshold that would have been right for the rest.
    private FalseAlarmModel FalseAlarms(List<Example> examples, Func<Example, float> score)
    {
        var texts = examples.GroupBy(example => example.Candidate.Word)
            .Select(text => (Stored: Loudest(text, Kind.Background), Others: Loudest(text, Kind.Negative), Hours: HoursWithout(text.Key)))
            .Where(text => text.Stored.Count > 0 && text.Others.Count > 0)
            .Select(text => (
                Level: FalseAlarmModel.Level(text.Stored, corpus.StoredHours),
                Right: RightThreshold(text.Others, FalseAlarmModel.PromisedRate * text.Hours),
                Higher: RightThreshold(text.Others, HigherRate * text.Hours)))
            .ToArray();
        var (level, right) = (texts.Average(text => text.Level), texts.Average(text => text.Right));
        var share = texts.Sum(text => (text.Level - level) * (text.Right - right))
            / texts.Sum(text => (text.Level - level) * (text.Level - level));
        var usual = ThatHolds(texts.Select(text => text.Right - (share * (text.Level - level))));
        var higher = ThatHolds(texts.Select(text => text.Higher - (share * (text.Level - level))));
        return new FalseAlarmModel(
            Math.Round(level, 3),
            Math.Round(usual, 3),
            Math.Round(share, 3),
            Math.Round((usual - higher) / Math.Log(HigherRate / FalseAlarmModel.PromisedRate), 3));

        static double RightThreshold(IReadOnlyList<float> alarms, double allowed) => alarms[Math.Min((int)allowed, alarms.Count - 1)];

        static double ThatHolds(IEnumerable<double> thresholds)
        {
            double[] sorted = [.. thresholds.Order()];
            return sorted[(int)Math.Ceiling(Quantile * sorted.Length) - 1];
        }

        double HoursWithout(int text) =>
            Enumerable.Range(0, corpus.Recordings.Count).Where(i => KindOf(i, text) == Kind.Negative).Sum(corpus.Hours);

        IReadOnlyList<float> Loudest(IEnumerable<Example> text, Kind kind)
        {
            var recordings = text.Where(example => example.Kind == kind).GroupBy(example => example.Recording);
            return [.. recordings.Select(recording => recording.Max(score)).OrderDescending()];
        }
    }

    // One weight and a bias by Newton's method; right and wrong ones count the same in all.
    private static (double Weight, double Bias) FitLogistic(IReadOnlyList<(float Value, bool Right)> examples)
    {
        var right = examples.Count(example => example.Right);
        var (weight, bias) = (0.0, 0.0);
        for (var step = 0; step < NewtonSteps; step++)
        {
            var (slopeOfBias, slopeOfWeight) = (0.0, 0.0);
            var (curveOfBias, curveOfBoth, curveOfWeight) = (1e-6, 0.0, 1e-6);
            foreach (var (value, isRight) in examples)
            {
                var share = 0.5 / (isRight ? right : examples.Count - right);
                var p = 1 / (1 + Math.Exp(-((weight * value) + bias)));
                var (error, curve) = (share * ((isRight ? 1 : 0) - p), share * p * (1 - p));
                slopeOfBias += error;
                slopeOfWeight += error * value;
                curveOfBias += curve;
                curveOfBoth += curve * value;
                curveOfWeight += curve * value * value;
            }
            var determinant = (curveOfBias * curveOfWeight) - (curveOfBoth * curveOfBoth);
            bias += ((curveOfWeight * slopeOfBias) - (curveOfBoth * slopeOfWeight)) / determinant;
            weight += ((curveOfBias * slopeOfWeight) - (curveOfBoth * slopeOfBias)) / determinant;
        }
        return (weight, bias);
    }

    private enum Kind
    {
        Excluded,
        Background,
        Negative,
        Positive,
    }

    private sealed record Example(int Recording, ScannedCandidate Candidate, float JudgeScore, Kind Kind);
}
