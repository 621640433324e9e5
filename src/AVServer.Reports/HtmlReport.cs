using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using AVServer.Contracts;

namespace AVServer.Reports;

/// <summary>
/// One page for people: what was found in each file, on a time line with the posterior curves. It holds all that it shows: no script, no
/// font, no picture from elsewhere.
/// </summary>
public sealed class HtmlReport(TextWriter output)
{
    private const int MaxRows = 1_000;

    private const string Style = """
        :root { color-scheme: light dark; --fg: #1d2430; --dim: #667085; --line: #d5dae3; --bg: #fff; --mark: #d9480f; --curve: #1c6dd0; --speech: #2b8a3e; --gap: #b8860b; }
        @media (prefers-color-scheme: dark) { :root { --fg: #e6e9ef; --dim: #98a2b3; --line: #343b49; --bg: #14181f; --mark: #ff8a4c; --curve: #6cb0ff; --speech: #69d17f; --gap: #e0b64a; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2.2rem 0 .3rem; overflow-wrap: anywhere; }
        p { margin: .3rem 0; color: var(--dim); } svg { width: 100%; height: auto; display: block; margin: .6rem 0; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        th { color: var(--dim); font-weight: 500; } .error { color: var(--mark); } text { fill: var(--dim); font: 11px system-ui, sans-serif; }
        .axis { stroke: var(--line); } .curve { fill: none; stroke: var(--curve); stroke-width: 1; } .wakeWord { fill: var(--mark); } .speech, .emotion { fill: var(--speech); } .gap { fill: var(--gap); opacity: .5; }
        """;

    /// <summary>
    /// Which styles the page may have: its own, by their hash, and nothing else. For the header of a server that sends it, too.
    /// </summary>
    public static readonly string ContentPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'";

    private static readonly string Head = $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="{ContentPolicy}">
        <title>AVServer report</title>
        <style>{Style}</style>
        </head>
        <body>

        """;

    /// <summary>Begins the page.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="summary">A sentence under it.</param>
    public Task BeginAsync(string title, string summary) => output.WriteAsync($"{Head}<h1>{Text(title)}</h1>\n<p>{Text(summary)}</p>\n");

    /// <summary>Adds a file.</summary>
    /// <param name="report">The file; its own events are not looked at.</param>
    /// <param name="events">Its events in order; gone through twice.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task AddAsync(ScoreReport report, IEnumerable<StreamEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var highest = string.Join(", ", report.MaxPosterior.Select(pair => $"{pair.Key} {Number(pair.Value, "0.00")}"));
        var length = Clock(TimeSpan.FromSeconds(report.DurationSeconds));
        var posteriors = highest.Length > 0 ? $" · highest posterior: {Text(highest)}" : "";
        await output.WriteAsync($"<h2>{Text(report.File)}</h2>\n<p>{length}{posteriors}</p>\n".AsMemory(), cancellationToken);
        foreach (var warning in report.Warnings ?? [])
            await output.WriteAsync($"<p class=\"error\">{Text(warning.Message)}</p>\n".AsMemory(), cancellationToken);
        var rows = events.Select(ReportRow.Of).OfType<ReportRow>();
        await new TimeLine(output, report).WriteAsync(rows, cancellationToken);
        await WriteTableAsync(rows, cancellationToken);
    }

    /// <summary>Adds a file that could not be scored.</summary>
    public Task AddFailureAsync(string file, string message) =>
        output.WriteAsync($"<h2>{Text(file)}</h2>\n<p class=\"error\">{Text(message)}</p>\n");

    /// <summary>Ends the page; the writer is left open.</summary>
    public Task EndAsync() => output.WriteAsync("</body>\n</html>\n");

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    internal static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    internal static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}.{time.Milliseconds / 10:00}");

    private async Task WriteTableAsync(IEnumerable<ReportRow> rows, CancellationToken cancellationToken)
    {
        var count = 0;
        // Faces move all the time: in a table for people they would hide the rest.
        foreach (var row in rows.Where(row => row.Type != "face"))
        {
            if (count++ >= MaxRows) continue;
            if (count == 1)
                await output.WriteAsync(
                    "<table>\n<tr><th>from</th><th>to</th><th>what</th><th></th><th>score</th><th></th></tr>\n".AsMemory(),
                    cancellationToken);
            var score = row.Score is { } value ? Number(value, "0.00") : "";
            var line = $"<tr><td>{Clock(row.Start)}</td><td>{Clock(row.End)}</td><td>{row.Type}</td><td>{Text(row.Label)}</td>"
                + $"<td>{score}</td><td>{Text(row.Text)}</td></tr>\n";
            await output.WriteAsync(line.AsMemory(), cancellationToken);
        }
        if (count > 0) await output.WriteAsync("</table>\n".AsMemory(), cancellationToken);
        var rest = count == 0 ? "Nothing was noticed." : count > MaxRows
            ? $"{Number(count - MaxRows, "0")} further events are left out here; the JSON and CSV have them."
            : null;
        if (rest is not null) await output.WriteAsync($"<p>{rest}</p>\n".AsMemory(), cancellationToken);
    }
}
