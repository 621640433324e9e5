namespace AVServer.Reports;

/// <summary>A form that a scored file's report can take.</summary>
/// <param name="Name">As in <c>?format=</c>.</param>
/// <param name="ContentType">As in <c>Accept</c> and <c>Content-Type</c>, without parameters.</param>
/// <param name="Extension">Of a file's name, with its dot.</param>
public sealed record ReportFormat(string Name, string ContentType, string Extension)
{
    public static ReportFormat Json { get; } = new("json", "application/json", ".json");

    /// <summary>One line an event.</summary>
    public static ReportFormat Csv { get; } = new("csv", "text/csv", ".csv");

    /// <summary>Subtitles: what was said, wake words and emotions as cues.</summary>
    public static ReportFormat WebVtt { get; } = new("vtt", "text/vtt", ".vtt");

    /// <summary>One page that needs nothing from elsewhere.</summary>
    public static ReportFormat Html { get; } = new("html", "text/html", ".html");

    public static IReadOnlyList<ReportFormat> All { get; } = [Json, Csv, WebVtt, Html];

    /// <summary>The format of a name; null where there is none.</summary>
    public static ReportFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);
}
