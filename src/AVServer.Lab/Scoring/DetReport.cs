using System.Globalization;
using System.Text;
using AVServer.Evaluation;

namespace AVServer.Lab.Scoring;

/// <summary>The tables and the picture of an evaluation.</summary>
/// <param name="test">Scores on the test split.</param>
/// <param name="dev">Scores on the dev split, which chose the thresholds.</param>
/// <param name="candidateThreshold">First stage's threshold.</param>
/// <param name="threshold">Second stage's threshold.</param>
/// <param name="watchSteps">Steps in which a candidate is judged.</param>
public sealed class DetReport(CascadeReport test, CascadeReport dev, double candidateThreshold, double threshold, int watchSteps)
{
    private static readonly double[] Rates = [0.5, 1, 2, 5, 10, 40];
    private readonly float _candidate = (float)candidateThreshold;

    /// <summary>Markdown tables.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        var clean = test.Cascade("clean", _candidate, watchSteps);
        text.Append(CultureInfo.InvariantCulture, $"Thresholds chosen on dev ({dev.Spotter("clean").FillerHours:F2} h of filler): candidate {candidateThreshold:F4}, detection {threshold:F4}. ");
        text.Append(CultureInfo.InvariantCulture, $"Test: {clean.KeywordUtterances} keyword recordings, {clean.FillerHours:F2} h of filler.\n\n");
        Operating(text);
        text.Append("\nMisses (FRR, %) on test where test itself gives the stated false alarms per hour:\n\n| stage | condition |");
        foreach (var rate in Rates) text.Append(CultureInfo.InvariantCulture, $" {rate}/h |");
        text.Append("\n|---|---|").Append(string.Concat(Rates.Select(_ => "---|"))).Append('\n');
        foreach (var (condition, _) in CascadeReport.Conditions)
        {
            Row(text, "first", condition, test.Spotter(condition));
            Row(text, "second alone", condition, test.Verifier(condition));
            Row(text, "cascade", condition, test.Cascade(condition, _candidate, watchSteps));
        }
        Alarms(text);
        Times(text);
        return text.ToString();
    }

    /// <summary>DET curves of the cascade in each condition, and of the first stage.</summary>
    public string ToSvg() => DetPlot.Draw("Test split", [
        .. CascadeReport.Conditions.Select(condition => ($"cascade {condition.Name}", test.Cascade(condition.Name, _candidate, watchSteps))),
        ("first stage clean", test.Spotter("clean")),
    ]);

    private void Operating(StringBuilder text)
    {
        text.Append("At the shipped thresholds:\n\n| condition | missed | FRR % (95 %) | first stage missed |\n|---|---|---|---|\n");
        foreach (var (condition, _) in CascadeReport.Conditions)
        {
            var (missed, total) = Missed(test.Cascade(condition, _candidate, watchSteps), threshold);
            var (missedFirst, _) = Missed(test.Spotter(condition), candidateThreshold);
            var interval = WilsonInterval.Of(missed, total);
            text.Append(CultureInfo.InvariantCulture, $"| {condition} | {missed} of {total} | {100.0 * missed / total:F1} ({100 * interval.Low:F1}–{100 * interval.High:F1}) | {missedFirst} |\n");
        }
    }

    // A curve is measured on a grid; the threshold itself is read from the next point above it, which never flatters.
    private static (int Missed, int Total) Missed(DetCurve curve, double threshold)
    {
        var point = curve.Points.FirstOrDefault(point => point.Threshold >= threshold, curve.Points[^1]);
        return ((int)Math.Round(point.Frr * curve.KeywordUtterances), curve.KeywordUtterances);
    }

    private void Alarms(StringBuilder text)
    {
        text.Append("\nFalse alarms of the cascade at the shipped thresholds:\n\n| filler | hours | alarms |\n|---|---|---|\n");
        foreach (var (name, report) in new[] { ("dev", dev), ("test", test) })
        {
            var alarms = report.Alarms(_candidate, watchSteps, threshold).ToArray();
            foreach (var (set, hours, triggers) in alarms) text.Append(CultureInfo.InvariantCulture, $"| {name} {set} | {hours:F2} | {triggers} |\n");
            text.Append(CultureInfo.InvariantCulture, $"| **{name} all** | {alarms.Sum(item => item.Hours):F2} | {alarms.Sum(item => item.Triggers)} |\n");
        }
    }

    private void Times(StringBuilder text)
    {
        var times = test.Times(_candidate, watchSteps, threshold).ToArray();
        if (times.Length == 0) return;
        string Line(Func<(double Latency, double Start, double End), double> value) => string.Create(CultureInfo.InvariantCulture,
            $"{1000 * Percentiles.Of(times.Select(value), 0.1):F0} | {1000 * Percentiles.Of(times.Select(value), 0.5):F0} | {1000 * Percentiles.Of(times.Select(value), 0.9):F0}");
        text.Append(CultureInfo.InvariantCulture, $"\nTimes on {times.Length} clean test recordings, against the alignment (ms):\n\n| | 10 % | median | 90 % |\n|---|---|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| event after the word's end | {Line(item => item.Latency)} |\n| start, estimated − aligned | {Line(item => item.Start)} |\n| end, estimated − aligned | {Line(item => item.End)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\nWithin 150 ms: start {100.0 * times.Count(item => Math.Abs(item.Start) <= 0.15) / times.Length:F0} %, end {100.0 * times.Count(item => Math.Abs(item.End) <= 0.15) / times.Length:F0} %.\n");
    }

    private static void Row(StringBuilder text, string stage, string condition, DetCurve curve)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {stage} | {condition} |");
        foreach (var rate in Rates) text.Append(curve.At(rate) is { } point ? string.Create(CultureInfo.InvariantCulture, $" {100 * point.Frr:F1} |") : " – |");
        text.Append('\n');
    }
}
