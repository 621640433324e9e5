using System.Globalization;
using System.Text;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>What lips that don't belong to the sound do to the audio-visual model: they must not help.</summary>
/// <param name="scores">Scores the test split.</param>
/// <param name="threshold">The audio-visual model's.</param>
/// <param name="soundOnlyThreshold">Its threshold without lips.</param>
public sealed class MismatchReport(TrialScores scores, double threshold, double soundOnlyThreshold)
{
    private static readonly (string Name, double? SnrDb)[] Conditions = [("clean", null), ("0 dB", 0), ("−10 dB", -10)];

    /// <summary>Pictures by which the lips are late, 40 ms each.</summary>
    private static readonly int[] Shifts = [5, -5, 10, -10, 15, -15, 25, -25];

    /// <summary>The table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("\nWWS score (FRR / FAR) of FLCMA with other lips, %\n\n| lips | clean | 0 dB | −10 dB |\n|---|---|---|---|\n");
        Row(text, "their own", snr => Wws([.. scores.Trials.All.Zip(scores.In(snr)).Where(pair => pair.First.IsFinal)], score => score.Both, threshold));
        Row(text, "none (sound only)", snr => Wws([.. scores.Trials.All.Zip(scores.In(snr)).Where(pair => pair.First.IsFinal)], score => score.SoundOnly, soundOnlyThreshold));
        Row(text, "of another talker with another word", snr => Wws(scores.Mismatched(snr, 0), score => score.Both, threshold));
        foreach (var shift in Shifts)
            Row(text, string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(shift) / 25.0:F1} s {(shift > 0 ? "late" : "early")}"), snr => Wws(scores.Mismatched(snr, shift), score => score.Both, threshold));
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, Func<double?, string> cell) =>
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", Conditions.Select(condition => cell(condition.SnrDb)))} |\n");

    private static string Wws((AudioVisualTrial Trial, ModalityScores Scores)[] judged, Func<ModalityScores, float> score, double threshold)
    {
        var frr = judged.Where(pair => pair.Trial.Window.IsKeyword).Average(pair => score(pair.Scores) < threshold ? 1.0 : 0);
        var far = judged.Where(pair => !pair.Trial.Window.IsKeyword).Average(pair => score(pair.Scores) >= threshold ? 1.0 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{100 * (frr + far):F1} ({100 * frr:F0} / {100 * far:F0})");
    }
}
