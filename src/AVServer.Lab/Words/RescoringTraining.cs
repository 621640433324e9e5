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

    /// <summary>False alarms an hour that a word is measured for unless told otherwise.</summary>
    private const double PromisedRate = 0.5;

    /// <summary>Share of the texts for which the promise holds.</summary>
    private const double ShareThatHolds = 0.75;

    private const double SteepestSlope = 6;
    private const double SlopeStep = 0.05;

    private double StoredHours { get; } =
        Enumerable.Range(0, material.Spoken.Count).Where(i => recipe.Background.Contains(material.Spoken[i].Clip.Set)).Sum(material.Hours);

    /// <summary>Learns both.</summary>
    /// <returns>
    /// The weights, and the fall of the rate of false alarms with the score by which thresholds that are read off the stored speech hold elsewhere: in other
    /// speech <see cref="ShareThatHolds"/> of the texts have at most <see cref="PromisedRate"/> false alarms an hour. Not their mean: a text that sounds like
    /// another one is found where that is said, and would decide for all.
    /// </returns>
    public (Rescoring Rescoring, double TailSlope) Train()
    {
        var examples = Enumerable.Range(0, Folds).SelectMany(Candidates).ToList();
        var heard = ear.Hear(examples.Select(example => (example.Recording, example.Candidate)), material.TaughtSound);
        float Sum(Example example) =>
            (float)(example.Judged + (recipe.TextWeight * heard[example.Candidate].Text) + (recipe.EndWeight * heard[example.Candidate].End));
        var (weight, bias) = Logistic([.. examples.Where(example => example.Kind != Kind.Stored).Select(example => (Sum(example), example.Kind == Kind.Right))]);
        var rescoring = new Rescoring((float)weight, (float)(weight * recipe.TextWeight), (float)(weight * recipe.EndWeight), (float)bias);
        return (rescoring, TailSlope(examples, example => rescoring.Score(example.Judged, heard[example.Candidate].Text, heard[example.Candidate].End)));
    }

    // Candidates of some texts that the judge didn't meet.
    private IEnumerable<Example> Candidates(int fold)
    {
        var step = Math.Max(1, data.Texts.Count / recipe.RescoredTexts);
        var texts = Enumerable.Range(0, data.Texts.Count).Where(text => text % step == 0 && (text / step) % Folds == fold).ToHashSet();
        var judge = JudgeTraining.Train(material, data, text => !texts.Contains(text), recipe.Seed);
        var found = new List<Example>();
        for (var i = 0; i < material.Spoken.Count; i++)
        {
            if (material.Hours(i) == 0) continue;
            foreach (var group in data.Candidates[i].Where(candidate => texts.Contains(candidate.Word)).GroupBy(candidate => candidate.Word))
            {
                var examples = group.Select(candidate => new Example(i, candidate, judge.Score(candidate.Features), KindOf(i, data.Texts[candidate.Word])));
                found.AddRange(examples.Where(example => example.Kind != Kind.Neither));
            }
        }
        var most = (int)(recipe.RescoredPerHour * StoredHours);
        foreach (var text in found.GroupBy(example => example.Candidate.Word))
        {
            foreach (var example in text.Where(example => example.Kind == Kind.Stored).OrderByDescending(example => example.Judged).Take(most)) yield return example;
            foreach (var example in text.Where(example => example.Kind == Kind.Wrong).OrderByDescending(example => example.Judged).Take(MostWrong)) yield return example;
            var right = text.Where(example => example.Kind == Kind.Right).GroupBy(example => example.Recording);
            foreach (var example in right.Take(MostRight).Select(recording => recording.MaxBy(example => example.Judged)!)) yield return example;
        }
    }

    private Kind KindOf(int recording, string text)
    {
        var spoken = material.Spoken[recording];
        if (recipe.Background.Contains(spoken.Clip.Set)) return Kind.Stored;
        if (spoken.Text is null || recipe.NotCounted.Contains(spoken.Clip.Set)) return Kind.Neither;
        return spoken.Says(text) ? Kind.Right : spoken.MaySay(text) ? Kind.Neither : Kind.Wrong;
    }

    private double TailSlope(List<Example> examples, Func<Example, float> score)
    {
        var measured = new List<(IReadOnlyList<float> Stored, IReadOnlyList<float> Others, double Hours)>();
        foreach (var text in examples.GroupBy(example => example.Candidate.Word))
        {
            if (text.All(example => example.Kind != Kind.Stored)) continue;
            var hours = Enumerable.Range(0, material.Spoken.Count).Where(i => KindOf(i, data.Texts[text.Key]) == Kind.Wrong).Sum(material.Hours);
            measured.Add((Loudest(text, Kind.Stored), Loudest(text, Kind.Wrong), hours));
        }
        var slope = SteepestSlope;
        while (slope > SlopeStep && measured.Count(Holds) < ShareThatHolds * measured.Count) slope -= SlopeStep;
        return slope;

        bool Holds((IReadOnlyList<float> Stored, IReadOnlyList<float> Others, double Hours) text)
        {
            var threshold = AlarmTail.Threshold(text.Stored, PromisedRate * StoredHours, slope);
            return text.Others.Count(each => each > threshold) <= PromisedRate * text.Hours;
        }

        IReadOnlyList<float> Loudest(IEnumerable<Example> text, Kind kind) =>
            [.. text.Where(example => example.Kind == kind).GroupBy(example => example.Recording).Select(recording => recording.Max(score)).OrderDescending()];
    }

    // One weight and a bias by Newton's method; right and wrong ones count the same in all.
    private static (double Weight, double Bias) Logistic(IReadOnlyList<(float Value, bool Right)> examples)
    {
        var right = examples.Count(example => example.Right);
        var (weight, bias) = (0.0, 0.0);
        for (var round = 0; round < 30; round++)
        {
            var (g0, g1, h00, h01, h11) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
            foreach (var (value, isRight) in examples)
            {
                var share = 0.5 / (isRight ? right : examples.Count - right);
                var p = 1 / (1 + Math.Exp(-((weight * value) + bias)));
                var (error, curve) = (share * ((isRight ? 1 : 0) - p), share * p * (1 - p));
                (g0, g1, h00, h01, h11) = (g0 + error, g1 + (error * value), h00 + curve, h01 + (curve * value), h11 + (curve * value * value));
            }
            var determinant = (h00 * h11) - (h01 * h01);
            (bias, weight) = (bias + (((h11 * g0) - (h01 * g1)) / determinant), weight + (((h00 * g1) - (h01 * g0)) / determinant));
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
