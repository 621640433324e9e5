using System.Globalization;
using System.Text;
using AVServer.Evaluation;
using AVServer.Lab.Training.Emotion;
using AVServer.Runtime;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>A recipe's cross-validation as tables and a picture.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="scores">Scores of all folds.</param>
/// <param name="spec">How the exported model is read.</param>
internal sealed class EmotionReport(EmotionRecipe recipe, IReadOnlyList<EmotionScore> scores, EmotionSpec spec)
{
    private const string Columns = "| WA | UA | macro F1 | calibration error |\n";

    /// <summary>The condition that a picture shows: what a model without a transcript says.</summary>
    private string Main => recipe.Reads ? EmotionConditions.NoWords : EmotionConditions.Sound;

    private int Labels => recipe.Labels.Count;

    /// <summary>Conditions, folds, and what "unsure" does.</summary>
    internal string ToMarkdown()
    {
        var text = new StringBuilder(FoldsToMarkdown());
        var answers = scores.Where(score => score.Condition == Main).Answers(spec.Temperature).ToList();
        var sure = answers.Where(answer => answer.Posterior >= spec.MinimumConfidence).ToList();
        text.Append(
            CultureInfo.InvariantCulture,
            $"\nAt the manifest's temperature of {spec.Temperature} and least confidence of {spec.MinimumConfidence}, "
            + $"{Percent(sure.Count / (double)answers.Count)} of the utterances get an answer without a transcript, "
            + $"{Percent(sure.Count(answer => answer.Right) / (double)Math.Max(1, sure.Count))} of those answers are right; the others are "
            + $"\"unsure\".\n");
        return text.ToString();
    }

    /// <summary>Conditions and folds.</summary>
    internal string FoldsToMarkdown()
    {
        var text = new StringBuilder(
            $"Cross-validation: {recipe.Folds} folds, no speaker in two. The number of training steps is the recipe's: no epoch was "
            + "picked. The temperature for a fold's calibration error is fitted on the other folds.\n\n| given | "
            + "utterances ").Append(Columns).Append("|---|---|---|---|---|---|\n");
        foreach (var condition in scores.GroupBy(score => score.Condition))
            text.Append(CultureInfo.InvariantCulture, $"| {condition.Key} | {condition.Count()} {Measures([.. condition])}");
        text.Append(CultureInfo.InvariantCulture, $"\n{Main}, fold by fold:\n\n| fold | utterances | WA | UA |\n|---|---|---|---|\n");
        var folds = scores.Where(score => score.Condition == Main).GroupBy(score => score.Fold)
            .Select(fold => (Number: fold.Key + 1, Count: fold.Count(), Matrix: fold.ToMatrix(Labels))).ToList();
        foreach (var (number, count, counts) in folds)
            text.Append(CultureInfo.InvariantCulture, $"| {number} | {count} | {Percent(counts.Wa)} | {Percent(counts.Ua)} |\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| mean of the folds | | {Percent(folds.Average(fold => fold.Matrix.Wa))} | "
            + $"{Percent(folds.Average(fold => fold.Matrix.Ua))} |\n");
        var matrix = scores.Where(score => score.Condition == Main).ToMatrix(Labels);
        text.Append(
            CultureInfo.InvariantCulture,
            $"\n{Main}, shown (rows) and answered (columns):\n\n| | {string.Join(" | ", recipe.Labels)} | recall "
            + $"|\n|---|{string.Concat(recipe.Labels.Select(_ => "---|"))}---|\n");
        for (var label = 0; label < Labels; label++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {recipe.Labels[label]} | {string.Join(" | ", Enumerable.Range(0, Labels).Select(answer => matrix[label, answer]))} | "
                + $"{Percent(matrix.Recall(label))} |\n");
        return text.ToString();
    }

    /// <summary>Reading and its baseline.</summary>
    internal string TextsToMarkdown(IReadOnlyList<EmotionScore> texts)
    {
        var text = new StringBuilder(
            "\n## Words alone: GoEmotions' test split\n\n| | texts | WA | UA | macro F1 |\n|---|---|---|---|---|\n");
        foreach (var condition in texts.GroupBy(score => score.Condition))
        {
            var matrix = condition.ToMatrix(Labels);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {condition.Key} | {matrix.Total} | {Percent(matrix.Wa)} | {Percent(matrix.Ua)} | {matrix.MacroF1:F3} |\n");
        }
        return text.ToString();
    }

    /// <summary>Corpora that the weights never met.</summary>
    internal string CrossCorpusToMarkdown(IEnumerable<(string Set, IReadOnlyList<EmotionScore> Scores)> elsewhere)
    {
        var text = new StringBuilder(
            "\n## Elsewhere: corpora of which nothing was trained on\n\nWithout transcripts, by the exported weights. Recall is over all "
            + "answers; \"unsure\" is the share below the least confidence.\n\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"| corpus | utterances | UA | {string.Join(" | ", recipe.Labels.Select(label => $"{label}: recall"))} | unsure "
                + $"|\n|---|---|---|{string.Concat(recipe.Labels.Select(_ => "---|"))}---|\n");
        foreach (var (set, found) in elsewhere)
        {
            var matrix = found.ToMatrix(Labels);
            var unsure = found.Answers(spec.Temperature).Count(answer => answer.Posterior < spec.MinimumConfidence) / (double)found.Count;
            var recalls = Enumerable.Range(0, Labels).Select(label => matrix.CountOf(label) == 0 ? "–" : Percent(matrix.Recall(label)));
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {set} | {matrix.Total} | {Percent(matrix.Ua)} | {string.Join(" | ", recalls)} | {Percent(unsure)} |\n");
        }
        return text.ToString();
    }

    /// <summary>The confusion matrix as a picture.</summary>
    internal string ToSvg() =>
        ConfusionPlot.Draw($"{recipe.Name}: {Main}", recipe.Labels, scores.Where(score => score.Condition == Main).ToMatrix(Labels));

    private string Measures(IReadOnlyList<EmotionScore> condition)
    {
        var matrix = condition.ToMatrix(Labels);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Percent(matrix.Wa)} | {Percent(matrix.Ua)} | {matrix.MacroF1:F3} | "
            + $"{Calibration.Error([.. condition.AnswersByOtherFolds()]):F3} |\n");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %");
}
