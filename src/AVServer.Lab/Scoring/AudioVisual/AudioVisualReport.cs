using System.Globalization;
using System.Text;
using AVServer.Evaluation;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>The tables and pictures of an audio-visual evaluation.</summary>
/// <param name="test">Scores on talkers that no weight has seen.</param>
public sealed class AudioVisualReport(SplitScores test)
{
    private static readonly int[] AgainstOthers = [0, 2];

    /// <summary>The audio-visual system.</summary>
    public static ComparedSystem Both => SplitScores.Systems[3];

    /// <summary>The audio-visual system without lips.</summary>
    public static ComparedSystem SoundOnly => SplitScores.Systems[4];

    /// <summary>All tables but that of mismatched lips.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Table(text, "WWS score (FRR + FAR), % (95 %)", SplitScores.Systems, (system, condition) =>
        {
            var (frr, far) = test.Rates(system, condition);
            return Share(frr + far, test.WwsInterval(system, condition));
        });
        Table(text, "FRR / FAR, %", SplitScores.Systems, (system, condition) =>
        {
            var (frr, far) = test.Rates(system, condition);
            return string.Create(CultureInfo.InvariantCulture, $"{100 * frr:F1} / {100 * far:F1}");
        });
        Table(text, "Equal error rate, % (95 %)", SplitScores.Systems, (system, condition) =>
            Share(test.Curve(system, condition).EqualErrorRate, test.EerInterval(system, condition)));
        Table(text, "FAR of windows that end with an earlier word, %", SplitScores.Systems, (system, condition) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * test.EarlierWindowFar(system, condition):F1}"));
        Table(
            text, "How much lower FLCMA's WWS score is, relative, % (95 %)", [.. AgainstOthers.Select(i => SplitScores.Systems[i])],
            (system, condition) =>
        {
            var (cut, low, high) = test.RelativeCut(Both, system, condition);
            return Share(cut, (low, high));
        });
        Talkers(text);
        return text.ToString();
    }

    /// <summary>The thresholds at which each talker is judged.</summary>
    public string ThresholdsToMarkdown()
    {
        var text = new StringBuilder(
            $"| system | {string.Join(" | ", test.Talkers)} |\n|---|{string.Concat(test.Talkers.Select(_ => "---|"))}\n");
        foreach (var system in SplitScores.Systems)
        {
            var thresholds = test.Talkers.Select(talker => test.Threshold(system, talker).ToString("F4", CultureInfo.InvariantCulture));
            text.Append(CultureInfo.InvariantCulture, $"| {system.Name} | {string.Join(" | ", thresholds)} |\n");
        }
        return text.ToString();
    }

    /// <summary>WWS score over conditions.</summary>
    public string WwsToSvg() => ConditionPlot.Draw(
        "WWS score (FRR + FAR), talkers never trained on; bars: 95 %",
        [.. AudioVisualTrials.Conditions.Select(condition => condition.Name)],
        [.. SplitScores.Systems.Take(4).Select(system => new ConditionSeries(
            system.Name,
            [.. AudioVisualTrials.Conditions.Select(condition => test.Rates(system, condition.Name) is var (frr, far) ? frr + far : 0)],
            [.. AudioVisualTrials.Conditions.Select(condition => test.WwsInterval(system, condition.Name))]))],
        highest: 1);

    /// <summary>DET curves in one condition.</summary>
    public string DetToSvg(string condition) => VerificationPlot.Draw(
        $"{condition}, talkers never trained on",
        [.. SplitScores.Systems.Take(4).Select(system => (system.Name, test.Curve(system, condition)))]);

    private void Talkers(StringBuilder text)
    {
        text.Append(
            "\nWWS score of each talker, %: audio alone → FLCMA\n\n| talker | with the keyword | without | clean | 0 dB | −10 dB "
            + "|\n|---|---|---|---|---|---|\n");
        var audio = SplitScores.Systems[0];
        string[] conditions = ["clean", "0 dB", "−10 dB"];
        var before = conditions.Select(condition => test.ByTalker(audio, condition).ToArray()).ToArray();
        var after = conditions.Select(condition => test.ByTalker(Both, condition).ToArray()).ToArray();
        for (var i = 0; i < before[0].Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {before[0][i].Talker} | {before[0][i].With} | {before[0][i].Without} |");
            for (var c = 0; c < conditions.Length; c++)
                text.Append(CultureInfo.InvariantCulture, $" {100 * before[c][i].Wws:F1} → {100 * after[c][i].Wws:F1} |");
            text.Append('\n');
        }
    }

    private static void Table(
        StringBuilder text, string title, IReadOnlyList<ComparedSystem> systems, Func<ComparedSystem, string, string> cell)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"\n{title}\n\n| condition | {string.Join(" | ", systems.Select(system => system.Name))} "
            + $"|\n|---|{string.Concat(systems.Select(_ => "---|"))}\n");
        foreach (var (condition, _) in AudioVisualTrials.Conditions)
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {condition} | {string.Join(" | ", systems.Select(system => cell(system, condition)))} |\n");
    }

    private static string Share(double value, (double Low, double High) interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} ({100 * interval.Low:F0}–{100 * interval.High:F0})");
}
