using System.Globalization;
using System.Text;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>What lips that don't belong to the sound do to the audio-visual model: they must not help.</summary>
/// <param name="scores">Scores the test split with other lips.</param>
/// <param name="test">Scores of the test split with its own.</param>
/// <param name="report">Has the thresholds.</param>
public sealed class MismatchReport(TrialScores scores, SplitScores test, AudioVisualReport report)
{
    private static readonly (string Name, double? SnrDb)[] Conditions = [("clean", null), ("0 dB", 0), ("−10 dB", -10)];

    /// <summary>Pictures by which the lips are late, 40 ms each.</summary>
    private static readonly int[] Shifts = [5, -5, 10, -10, 15, -15, 25, -25];

    /// <summary>The table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("\nWWS score (FRR / FAR) of FLCMA with other lips, %\n\n| lips | clean | 0 dB | −10 dB |\n|---|---|---|---|\n");
        foreach (var (name, system) in new[] { ("their own", AudioVisualReport.Both), ("none", AudioVisualReport.SoundOnly) })
            Row(text, name, condition => Cell(test.Rates(system, condition.Name, report.Threshold(system))));
        Row(text, "of another talker with another word", condition => Cell(Rates(scores.Mismatched(condition.SnrDb, 0))));
        foreach (var shift in Shifts)
            Row(text, string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(shift) / 25.0:F1} s {(shift > 0 ? "late" : "early")}"), condition => Cell(Rates(scores.Mismatched(condition.SnrDb, shift))));
        return text.ToString();
    }

    private (double Frr, double Far) Rates((bool IsKeyword, float Posterior)[] judged)
    {
        var threshold = report.Threshold(AudioVisualReport.Both);
        return (judged.Where(pair => pair.IsKeyword).Average(pair => pair.Posterior < threshold ? 1.0 : 0), judged.Where(pair => !pair.IsKeyword).Average(pair => pair.Posterior >= threshold ? 1.0 : 0));
    }

    private static void Row(StringBuilder text, string name, Func<(string Name, double? SnrDb), string> cell) =>
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", Conditions.Select(cell))} |\n");

    private static string Cell((double Frr, double Far) rates) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * (rates.Frr + rates.Far):F1} ({100 * rates.Frr:F0} / {100 * rates.Far:F0})");
}
