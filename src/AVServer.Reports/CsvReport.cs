using System.Globalization;
using AVServer.Contracts;

namespace AVServer.Reports;

/// <summary>Comma-separated values after RFC 4180, one line an event, times in seconds.</summary>
public static class CsvReport
{
    private const string Header = "file,type,start,end,label,score,text\r\n";

    /// <summary>Writes one file's events.</summary>
    /// <param name="output">Receives the text; left open.</param>
    /// <param name="report">The file; its own events are not looked at.</param>
    /// <param name="events">Its events in order.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public static async Task WriteAsync(
        TextWriter output, ScoreReport report, IEnumerable<StreamEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(events);
        await output.WriteAsync(Header.AsMemory(), cancellationToken);
        var warnings = (report.Warnings ?? []).Select(
            warning => new ReportRow("warning", TimeSpan.Zero, TimeSpan.Zero, warning.Code, null, warning.Message));
        foreach (var row in warnings.Concat(events.Select(ReportRow.Of).OfType<ReportRow>()))
        {
            string[] fields =
                [report.File, row.Type, Seconds(row.Start), Seconds(row.End), row.Label,
                    row.Score?.ToString("0.####", CultureInfo.InvariantCulture) ?? "", row.Text];
            await output.WriteAsync($"{string.Join(',', fields.Select(Quote))}\r\n".AsMemory(), cancellationToken);
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Quote(string field)
    {
        // A spreadsheet would take these for formulas, and run them.
        if (field.Length > 0 && "=+-@\t\r".Contains(field[0], StringComparison.Ordinal)) field = "'" + field;
        return field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
