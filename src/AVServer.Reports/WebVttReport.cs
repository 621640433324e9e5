using System.Globalization;
using AVServer.Contracts;

namespace AVServer.Reports;

/// <summary>Subtitles in W3C WebVTT, for any player that shows a file beside them: each cue's class names its type.</summary>
public static class WebVttReport
{
    // A cue shorter than this is not read.
    private static readonly TimeSpan ShortestCue = TimeSpan.FromMilliseconds(500);

    /// <summary>Writes one file's cues.</summary>
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
        var last = TimeSpan.FromSeconds(report.DurationSeconds);
        await output.WriteAsync("WEBVTT\n".AsMemory(), cancellationToken);
        foreach (var warning in report.Warnings ?? [])
            await output.WriteAsync($"\nNOTE {Escape(warning.Message)}\n".AsMemory(), cancellationToken);
        foreach (var streamEvent in events)
        {
            if (ReportRow.Of(streamEvent) is not { } row || Cue(streamEvent, row) is not { } text) continue;
            var (start, end) = Show(row, last);
            await output.WriteAsync($"\n{Stamp(start)} --> {Stamp(end)}\n<c.{row.Type}>{text}</c>\n".AsMemory(), cancellationToken);
        }
    }

    // Long enough to be read, and within the file: what is said at its very end is shown a little before.
    private static (TimeSpan Start, TimeSpan End) Show(ReportRow row, TimeSpan last)
    {
        var end = row.End - row.Start < ShortestCue ? row.Start + ShortestCue : row.End;
        if (end <= last) return (row.Start, end);
        var latest = last - ShortestCue;
        return (row.Start < latest ? row.Start : latest > TimeSpan.Zero ? latest : TimeSpan.Zero, last);
    }

    private static string? Cue(StreamEvent streamEvent, ReportRow row) => streamEvent switch
    {
        WakeWordEvent => $"[{Escape(row.Label)} {row.Score?.ToString("P0", CultureInfo.InvariantCulture)}]",
        SpeechEvent { Words: { Count: > 0 } words } => Timed(words),
        SpeechEvent => Escape(row.Text),
        EmotionEvent => $"({Escape(row.Label)})",
        _ => null,
    };

    // Players light up each word as it is said; a time must lie within the cue and after the one before.
    private static string Timed(IReadOnlyList<TimedWord> words) =>
        string.Join(' ', words.Select((word, i) => i == 0 ? Escape(word.Word) : $"<{Stamp(word.Start)}>{Escape(word.Word)}"));

    private static string Stamp(TimeSpan time) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}");

    // An empty line would end the cue, and an arrow begin another.
    private static string Escape(string text) =>
        text.ReplaceLineEndings(" ").Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}
