using System.Globalization;
using System.Text;
using AVServer.Evaluation;

namespace AVServer.Lab.Scoring;

/// <summary>The tables and the picture of an evaluation.</summary>
/// <param name="test">Scores on the test split.</param>
/// <param name="shipped">What the finished models do on it.</param>
/// <param name="dev">Scores on the dev split, which chose the thresholds.</param>
/// <param name="candidateThreshold">First stage's threshold.</param>
/// <param name="threshold">Second stage's threshold.</param>
/// <param name="firstWeight">What the first stage counts beside the second.</param>
/// <param name="watchSteps">Steps in which a candidate is judged.</param>
public sealed class DetReport(
    CascadeReport test, ShippedReport shipped, CascadeReport dev, double candidateThreshold, double threshold, float firstWeight,
    int watchSteps)
{
    private static readonly double[] Rates = [0.5, 1, 2, 5, 10, 40];
    private readonly float _candidate = (float)candidateThreshold;

    /// <summary>Markdown tables.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"Thresholds chosen on dev ({dev.Spotter(CascadeReport.Clean).FillerHours:F2} h of filler): candidate {candidateThreshold:F4}, "
            + $"detection {threshold:F4}.\n\n");
        text.Append("## The finished models on test\n\nThrough the server's own pipeline, at the shipped thresholds.\n\n")
            .Append(shipped.ToMarkdown());
        text.Append(
            "\n## Each stage\n\nMisses (FRR, %) where test itself gives the stated false alarms per hour, without the gate:\n\n| stage | "
            + "condition |");
        foreach (var rate in Rates) text.Append(CultureInfo.InvariantCulture, $" {rate}/h |");
        text.Append("\n|---|---|").Append(string.Concat(Rates.Select(_ => "---|"))).Append('\n');
        foreach (var (condition, _) in CascadeReport.Conditions)
        {
            Row(text, "first", condition, test.Spotter(condition));
            Row(text, "second alone", condition, test.Verifier(condition));
            Row(text, "cascade", condition, test.Cascade(condition, _candidate, firstWeight, watchSteps));
        }
        return text.ToString();
    }

    /// <summary>DET curves of the cascade in each condition, and of the first stage.</summary>
    public string ToSvg() => DetPlot.Draw("Test split", [
        .. CascadeReport.Conditions.Select(
            condition => ($"cascade {condition.Name}", test.Cascade(condition.Name, _candidate, firstWeight, watchSteps))),
        ("first stage clean", test.Spotter(CascadeReport.Clean)),
    ]);

    private static void Row(StringBuilder text, string stage, string condition, DetCurve curve)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {stage} | {condition} |");
        foreach (var rate in Rates)
            text.Append(curve.At(rate) is { } point ? string.Create(CultureInfo.InvariantCulture, $" {100 * point.Frr:F1} |") : " – |");
        text.Append('\n');
    }
}
