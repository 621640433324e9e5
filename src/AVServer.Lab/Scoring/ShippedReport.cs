using System.Globalization;
using System.Text;
using AVServer.Evaluation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Scoring;

/// <summary>
/// What a user of the finished models gets on a split: misses clean and in noise, false alarms by corpus, and when the events come.
/// </summary>
public sealed class ShippedReport
{
    private const double WithinSeconds = 0.15;
    private readonly List<(string Source, string Condition, bool Missed)> _keywords = [];
    private readonly List<(string Set, double Hours, int Alarms)> _filler = [];
    private readonly List<(double Latency, double Start, double End)> _times = [];

    /// <summary>Runs the models over the split.</summary>
    /// <param name="keyword">The keyword.</param>
    /// <param name="set">The split's recordings.</param>
    /// <param name="scorer">The finished models.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<ShippedReport> MeasureAsync(
        string keyword, EvaluationSet set, PipelineScorer scorer, CancellationToken cancellationToken)
    {
        var report = new ShippedReport();
        foreach (var (condition, snr) in CascadeReport.Conditions)
            for (var i = 0; i < set.Keywords.Count; i++)
            {
                var found = await scorer.ScoreAsync(keyword, set.Keyword(i, snr), cancellationToken);
                report._keywords.Add((Source(set.Keywords[i]), condition, found.Count == 0));
                if (snr is null && found.Count > 0 && set.Keywords[i].Word is { } word)
                    report._times.Add(
                        (found[0].DetectedAt.TotalSeconds - word.EndSeconds, found[0].Start.TotalSeconds - word.StartSeconds,
                            found[0].End.TotalSeconds - word.EndSeconds));
            }
        foreach (var (name, samples) in set.Filler())
            report._filler.Add(
                (name, samples.Length / 16_000.0 / 3600, (await scorer.ScoreAsync(keyword, samples, cancellationToken)).Count));
        return report;
    }

    /// <summary>Misses of a condition.</summary>
    public (int Missed, int Total) Misses(string condition) =>
        (_keywords.Count(item => item.Condition == condition && item.Missed), _keywords.Count(item => item.Condition == condition));

    /// <summary>Markdown tables.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| keyword recordings | missed | FRR % (95 %) |\n|---|---|---|\n");
        foreach (var (condition, _) in CascadeReport.Conditions) Row(text, $"**{condition}**", Misses(condition));
        foreach (var source in _keywords.Where(item => item.Condition == CascadeReport.Clean).GroupBy(item => item.Source))
            Row(text, $"{CascadeReport.Clean}: {source.Key}", (source.Count(item => item.Missed), source.Count()));
        text.Append("\n| filler | hours | false alarms |\n|---|---|---|\n");
        foreach (var (set, hours, alarms) in _filler) text.Append(CultureInfo.InvariantCulture, $"| {set} | {hours:F2} | {alarms} |\n");
        var (total, count) = (_filler.Sum(item => item.Hours), _filler.Sum(item => item.Alarms));
        text.Append(CultureInfo.InvariantCulture, $"| **all** | {total:F2} | {count}, that is {count / total:F1} an hour |\n");
        Times(text);
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, (int Missed, int Total) misses)
    {
        var interval = WilsonInterval.Of(misses.Missed, misses.Total);
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {misses.Missed} of {misses.Total} | {100.0 * misses.Missed / misses.Total:F1} "
            + $"({100 * interval.Low:F1}–{100 * interval.High:F1}) |\n");
    }

    private void Times(StringBuilder text)
    {
        if (_times.Count == 0) return;
        text.Append(
            CultureInfo.InvariantCulture,
            $"\nTimes in {_times.Count} clean recordings that were found, against the alignment (ms):\n\n| | 10 % | median | 90 % | within "
            + $"150 ms |\n|---|---|---|---|---|\n");
        Line(text, "decision after the word's end", item => item.Latency);
        Line(text, "start, estimated − aligned", item => item.Start);
        Line(text, "end, estimated − aligned", item => item.End);
    }

    private void Line(StringBuilder text, string name, Func<(double Latency, double Start, double End), double> value)
    {
        var values = _times.Select(value).ToArray();
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {1000 * Percentiles.Of(values, 0.1):F0} | {1000 * Percentiles.Of(values, 0.5):F0} | "
            + $"{1000 * Percentiles.Of(values, 0.9):F0} | {values.Count(v => Math.Abs(v) <= WithinSeconds)} of {values.Length} |\n");
    }

    /// <summary>Where a recording comes from, as a card would name it: corpus and folder of the word.</summary>
    private static string Source(Clip clip) => $"{clip.Set} {Path.GetFileName(Path.GetDirectoryName(clip.Path))}".Trim();
}
