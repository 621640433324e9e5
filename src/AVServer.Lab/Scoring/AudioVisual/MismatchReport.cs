using System.Globalization;
using System.Text;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>
/// What other lips do to the audio-visual model: those that don't belong to the sound must not help, and those that are measured more
/// seldom must not harm.
/// </summary>
/// <param name="scores">Scores the test split with other lips.</param>
/// <param name="test">Scores of the test split with its own.</param>
/// <param name="measured">Scores the test split where the mouth is measured in every picture, or in every so many.</param>
public sealed class MismatchReport(TrialScores scores, SplitScores test, IReadOnlyList<(int Stride, TrialScores Scores)> measured)
{
    private static readonly (string Name, double? SnrDb)[] Conditions = [("clean", null), ("0 dB", 0), ("−10 dB", -10)];

    /// <summary>Pictures by which the lips are late, 40 ms each.</summary>
    private static readonly int[] Shifts = [5, -5, 10, -10, 15, -15, 25, -25];

    /// <summary>The table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder(
            "\nWWS score (FRR / FAR) of FLCMA with other lips, %\n\n| lips | clean | 0 dB | −10 dB |\n|---|---|---|---|\n");
        foreach (var (name, system) in new[] { ("their own", AudioVisualReport.Both), ("none", AudioVisualReport.SoundOnly) })
            Row(text, name, condition => Cell(test.Rates(system, condition.Name)));
        foreach (var (stride, others) in measured)
            Row(
                text, string.Create(CultureInfo.InvariantCulture, $"their own, measured in one picture of {stride}"),
                condition => Cell(Rates(others.WithLips(condition.SnrDb, 0))));
        Row(text, "of another talker with another word", condition => Cell(Rates(scores.WithLips(condition.SnrDb, null))));
        foreach (var shift in Shifts)
            Row(
                text, string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(shift) / 25.0:F1} s {(shift > 0 ? "late" : "early")}"),
                condition => Cell(Rates(scores.WithLips(condition.SnrDb, shift))));
        return text.ToString();
    }

    private (double Frr, double Far) Rates((AudioVisualTrial Trial, float Posterior)[] judged)
    {
        double Accepted(bool isKeyword) => judged.Where(pair => pair.Trial.Window.IsKeyword == isKeyword)
            .Average(pair => pair.Posterior >= test.Threshold(AudioVisualReport.Both, pair.Trial.Window.Clip.Talker) ? 1.0 : 0);
        return (1 - Accepted(true), Accepted(false));
    }

    private static void Row(StringBuilder text, string name, Func<(string Name, double? SnrDb), string> cell) =>
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", Conditions.Select(cell))} |\n");

    private static string Cell((double Frr, double Far) rates) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * (rates.Frr + rates.Far):F1} ({100 * rates.Frr:F0} / {100 * rates.Far:F0})");
}
