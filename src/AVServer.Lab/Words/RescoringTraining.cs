using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>Weighs judge and recogniser, and sees how the false alarms of words that neither met become rare with the score.</summary>
/// <param name="material">Recordings.</param>
/// <param name="data">Candidates.</param>
/// <param name="recipe">Weights beside each other, and how many texts are heard.</param>
/// <param name="ear">The recogniser.</param>
internal sealed class RescoringTraining(JudgeMaterial material, JudgeData data, WordsRecipe recipe, CandidateEar ear)
{
    private const int Folds = 2;
    private const int MostRight = 14;
    private const int MostWrong = 60;

    /// <summary>Share of the texts for which the promise holds.</summary>
    private const double ShareThatHolds = 0.75;

    /// <summary>A rate, above the promised one, at which thresholds are looked at too, to see how they fall.</summary>
    private const double HigherRate = 10 * FalseAlarmModel.PromisedRate;

    private const int NewtonSteps = 30;

    /// <summary>
    /// Learns both. Thresholds are such that, in other speech, <see cref="ShareThatHolds"/> of the texts have at most as many false alarms
    /// as promised. Not their mean: a text that sounds like another one is found where that is said, and would decide for all.
    /// </summary>
    /// <param name="log">Told the result.</param>
    public TaughtRescoring Train(Action<string> log)
    {
        var examples = Enumerable.Range(0, Folds).SelectMany(Candidates).ToList();
        var candidates = examples.Select(example => (example.Recording, example.Candidate)).ToList();
        var sum = new Rescoring(1, (float)recipe.TextWeight, (float)recipe.EndWeight, 0);
        var heard = ear.Hear(candidates, material.TaughtSound);
        var likely = examples.GroupBy(example => example.Candidate.Word).SelectMany(Likely).ToHashSet(ReferenceEqualityComparer.Instance);
        heard = ear.HearAgain(candidates, material.TaughtSound, heard, likely.Contains);
        var labelled = examples.Where(example => example.Kind != Kind.Stored);
        var (weight, bias) = Logistic([.. labelled.Select(example => (Score(example, sum), example.Kind == Kind.Right))]);
        var weights = new Rescoring(
            (float)weight, (float)(weight * recipe.TextWeight), (float)(weight * recipe.EndWeight), (float)bias);
        var taught = new TaughtRescoring(weights, FalseAlarms(examples, example => Score(example, weights)));
        log($"{weights}, {taught.FalseAlarms}");
        return taught;

        float Score(Example example, Rescoring by) => by.Score(example.Judged, heard[example.Candidate]);

        // As the server does it: those above so many of the stored speech.
        IEnumerable<ScannedCandidate> Likely(IEnumerable<Example> text)
        {
            float[] stored = [.. text.Where(example => example.Kind == Kind.Stored).Select(example => Score(example, sum)).OrderDescending()];
            var again = (int)(recipe.HeardAgainPerHour * material.StoredHours);
            return text.Where(example => again >= stored.Length || Score(example, sum) > stored[again]).Select(example => example.Candidate);
        }
    }

    // Candidates of some texts that the judge didn't meet: of stored and other speech the judge's best, of right recordings each one's
    // best.
    private IEnumerable<Example> Candidates(int fold)
    {
        var step = Math.Max(1, data.Texts.Count / recipe.RescoredTexts);
        var texts = Enumerable.Range(0, data.Texts.Count).Where(text => text % step == 0 && text / step % Folds == fold).ToHashSet();
        var judge = JudgeTraining.Train(material, data, text => !texts.Contains(text), recipe.Seed);
        var most = (int)(recipe.RescoredPerHour * material.StoredHours);
        foreach (var text in Enumerable.Range(0, material.Spoken.Count).SelectMany(Found).GroupBy(example => example.Candidate.Word))
        {
            var kinds = text.OrderByDescending(example => example.Judged).ToLookup(example => example.Kind);
            foreach (var example in kinds[Kind.Stored].Take(most)) yield return example;
            foreach (var example in kinds[Kind.Wrong].Take(MostWrong)) yield return example;
            var right = kinds[Kind.Right].DistinctBy(example => example.Recording).OrderBy(example => example.Recording);
            foreach (var example in right.Take(MostRight)) yield return example;
        }

        IEnumerable<Example> Found(int recording) => material.Hours(recording) == 0 ? [] : data.Candidates[recording]
            .Where(candidate => texts.Contains(candidate.Word))
            .Select(candidate => new Example(recording, candidate, judge.Score(candidate.Features), KindOf(recording, candidate.Word)))
            .Where(example => example.Kind != Kind.Neither);
    }

    private Kind KindOf(int recording, int text)
    {
        if (material.IsStored(recording)) return Kind.Stored;
        var spoken = material.Spoken[recording];
        if (spoken.Text is null || recipe.NotCounted.Contains(spoken.Clip.Set)) return Kind.Neither;
        return spoken.Says(data.Texts[text]) ? Kind.Right : spoken.MaySay(data.Texts[text]) ? Kind.Neither : Kind.Wrong;
    }

    // Of each text how loud its alarms are in the stored speech, and the threshold that would have been right for the rest.
    private FalseAlarmModel FalseAlarms(List<Example> examples, Func<Example, float> score)
    {
        var texts = examples.GroupBy(example => example.Candidate.Word)
            .Select(text => (Stored: Loudest(text, Kind.Stored), Others: Loudest(text, Kind.Wrong), Hours: HoursWithout(text.Key)))
            .Where(text => text.Stored.Count > 0 && text.Others.Count > 0)
            .Select(text => (
                Level: FalseAlarmModel.Level(text.Stored, material.StoredHours),
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
            return sorted[(int)Math.Ceiling(ShareThatHolds * sorted.Length) - 1];
        }

        double HoursWithout(int text) =>
            Enumerable.Range(0, material.Spoken.Count).Where(i => KindOf(i, text) == Kind.Wrong).Sum(material.Hours);

        IReadOnlyList<float> Loudest(IEnumerable<Example> text, Kind kind)
        {
            var recordings = text.Where(example => example.Kind == kind).GroupBy(example => example.Recording);
            return [.. recordings.Select(recording => recording.Max(score)).OrderDescending()];
        }
    }

    // One weight and a bias by Newton's method; right and wrong ones count the same in all.
    private static (double Weight, double Bias) Logistic(IReadOnlyList<(float Value, bool Right)> examples)
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
        Neither,
        Stored,
        Wrong,
        Right,
    }

    private sealed record Example(int Recording, ScannedCandidate Candidate, float Judged, Kind Kind);
}
