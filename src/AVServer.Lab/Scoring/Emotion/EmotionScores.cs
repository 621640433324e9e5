using System.Globalization;
using AVServer.Evaluation;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>Scores as a file and as measures.</summary>
public static class EmotionScores
{
    /// <summary>Writes scores, one a line, tab-separated.</summary>
    public static void Write(string path, IEnumerable<EmotionScore> scores)
    {
        File.WriteAllLines(path + ".part", scores.Select(score => string.Join('\t', [
            score.Condition, score.Fold.ToString(CultureInfo.InvariantCulture), score.Example,
            score.Label.ToString(CultureInfo.InvariantCulture),
            .. score.Logits.Select(logit => logit.ToString("R", CultureInfo.InvariantCulture))])));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>Reads scores.</summary>
    public static IReadOnlyList<EmotionScore> Read(string path) =>
    [
        .. File.ReadLines(path).Select(line => line.Split('\t')).Select(fields => new EmotionScore(
            fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[2], int.Parse(fields[3], CultureInfo.InvariantCulture),
            [.. fields[4..].Select(field => float.Parse(field, CultureInfo.InvariantCulture))])),
    ];

    /// <summary>Counts what was taken for what.</summary>
    public static ConfusionMatrix ToMatrix(this IEnumerable<EmotionScore> scores, int labels)
    {
        var matrix = new ConfusionMatrix(labels);
        foreach (var score in scores) matrix.Add(score.Label, score.Answer);
        return matrix;
    }

    /// <summary>The temperature that fits scores best.</summary>
    public static double FitTemperature(this IEnumerable<EmotionScore> scores) =>
        Calibration.FitTemperature([.. scores.Select(score => (score.Logits, score.Label))]);

    /// <summary>Best posterior of each, and whether it is right.</summary>
    public static IEnumerable<(double Posterior, bool Right)> Answers(this IEnumerable<EmotionScore> scores, double temperature) =>
        scores.Select(score => (Calibration.Posteriors(score.Logits, temperature).Max(), score.Answer == score.Label));

    /// <summary>Answers of each fold at the temperature that the other folds' scores fit.</summary>
    public static IEnumerable<(double Posterior, bool Right)> AnswersByOtherFolds(this IReadOnlyList<EmotionScore> scores)
    {
        var folds = scores.Select(score => score.Fold).Distinct().ToList();
        if (folds.Count < 2) throw new ArgumentException($"Expected scores of at least two folds, got {folds.Count}.", nameof(scores));
        return folds.SelectMany(
            fold => scores.Where(score => score.Fold == fold).Answers(scores.Where(score => score.Fold != fold).FitTemperature()));
    }

    /// <summary>
    /// The least posterior from which on answers are right often enough in each condition, but none that leaves too many of one without.
    /// </summary>
    /// <param name="conditions">Best posteriors, and whether they are right, of each condition apart.</param>
    /// <param name="accuracy">How often is enough.</param>
    /// <param name="coverage">Least share that is answered.</param>
    public static double MinimumConfidence(
        IReadOnlyCollection<IReadOnlyCollection<(double Posterior, bool Right)>> conditions, double accuracy = 0.85, double coverage = 0.75)
    {
        var confidence = 0.25;
        for (; confidence < 0.95; confidence = Math.Round(confidence + 0.01, 2))
        {
            if (conditions.Any(answers => answers.Count(answer => answer.Posterior >= confidence + 0.01) < coverage * answers.Count)) break;
            if (conditions.All(answers => RightFrom(answers, confidence) >= accuracy)) break;
        }
        return confidence;
    }

    private static double RightFrom(IEnumerable<(double Posterior, bool Right)> answers, double confidence) =>
        answers.Where(answer => answer.Posterior >= confidence).Select(answer => answer.Right ? 1.0 : 0).DefaultIfEmpty(1).Average();

    extension(EmotionScore score)
    {
        /// <summary>The label with the largest logit.</summary>
        public int Answer => Array.IndexOf(score.Logits, score.Logits.Max());
    }
}
