using System.Xml.Linq;
using AVServer.Contracts;

namespace AVServer.Reports.Tests;

[Trait("Category", "unit")]
public sealed class ReportTests
{
    private static readonly StreamEvent[] Events =
    [
        new GapEvent(MediaKind.Audio, GapReason.MissingInInput, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)),
        new FaceEvent(TimeSpan.FromSeconds(3), true, 1, Quality: LipQuality.TooSmall),
        new WakeWordEvent(
            "<b>\"com,puter\"", 0.875f, TimeSpan.FromSeconds(3_725.25), TimeSpan.FromSeconds(3_726.5), Modality.AudioVisual,
            new Dictionary<string, float>(), new ModelReference("m", "1"), TimeSpan.Zero),
        new SpeechEvent(
            "turn <it> on", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5.5),
            [new TimedWord("turn", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4.5), 1),
                new TimedWord("<it>", TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5), 1),
                new TimedWord("on", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.5), 1)]),
        new EmotionEvent(
            "happy", new Dictionary<string, float> { ["happy"] = 0.5f }, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5), false,
            new ModelReference("e", "1"), TimeSpan.FromSeconds(5)),
        new EmotionEvent(
            EmotionEvent.Unsure, new Dictionary<string, float> { ["happy"] = 0.5f }, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5.5),
            true, new ModelReference("e", "1"), TimeSpan.FromSeconds(6)),
        new FaultEvent("undecodable", "Expected & got"),
    ];

    private static readonly ScoreReport Report = new(
        "=a,\"b\".wav", 7_200, new Dictionary<string, float> { ["computer"] = 0.9f }, [],
        [new PosteriorCurve("computer", "first", 0.08, Curve())]);

    [Fact]
    public async Task Csv_has_a_line_an_event_and_quotes_what_needs_it()
    {
        using var text = new StringWriter();
        await CsvReport.WriteAsync(text, Report, Events);
        Assert.Equal(
            [
                "file,type,start,end,label,score,text",
                "\"'=a,\"\"b\"\".wav\",gap,1,3,missingInInput,,audio",
                "\"'=a,\"\"b\"\".wav\",face,3,3,tooSmall,,",
                "\"'=a,\"\"b\"\".wav\",wakeWord,3725.25,3726.5,\"<b>\"\"com,puter\"\"\",0.875,audioVisual",
                "\"'=a,\"\"b\"\".wav\",speech,4,5.5,,,turn <it> on",
                "\"'=a,\"\"b\"\".wav\",emotion,4,5.5,unsure,,",
                "\"'=a,\"\"b\"\".wav\",fault,0,0,undecodable,,Expected & got",
                "",
            ],
            text.ToString().Split("\r\n"));
    }

    [Fact]
    public async Task Subtitles_carry_what_can_be_read_beside_a_file()
    {
        using var text = new StringWriter();
        await WebVttReport.WriteAsync(text, Report, Events);
        Assert.Equal(
            "WEBVTT\n\n01:02:05.250 --> 01:02:06.500\n<c.wakeWord>[&lt;b&gt;\"com,puter\" 88 %]</c>\n\n00:00:04.000 --> "
            + "00:00:05.500\n<c.speech>turn <00:00:04.500>&lt;it&gt; <00:00:05.000>on</c>\n\n00:00:04.000 --> "
            + "00:00:05.500\n<c.emotion>(unsure)</c>\n", text.ToString());
    }

    [Fact]
    public async Task Cues_of_what_is_said_at_the_very_end_stay_within_the_file()
    {
        var last = new WakeWordEvent(
            "computer", 1, TimeSpan.FromSeconds(1.1), TimeSpan.FromSeconds(1.15),
            Modality.Audio, new Dictionary<string, float>(), new ModelReference("m", "1"), TimeSpan.FromSeconds(1.15));
        using var text = new StringWriter();
        await WebVttReport.WriteAsync(text, Report with { DurationSeconds = 1.15 }, [last]);
        Assert.Contains("\n00:00:00.650 --> 00:00:01.150\n", text.ToString());
    }

    [Fact]
    public async Task Warnings_stand_in_every_report()
    {
        var damaged = Report with { Warnings = [new ScoreWarning(WarningCodes.Damaged, "It is <damaged>.")] };
        using var csv = new StringWriter();
        await CsvReport.WriteAsync(csv, damaged, []);
        Assert.EndsWith(",warning,0,0,damaged,,It is <damaged>.\r\n", csv.ToString());
        using var subtitles = new StringWriter();
        await WebVttReport.WriteAsync(subtitles, damaged, []);
        Assert.Equal("WEBVTT\n\nNOTE It is &lt;damaged&gt;.\n", subtitles.ToString());
        Assert.Contains("It is &lt;damaged&gt;.", await PageAsync(damaged, []));
    }

    [Fact]
    public async Task Page_is_well_formed_escapes_everything_and_asks_nobody_for_anything()
    {
        var page = await PageAsync(Report, Events);
        var body = XDocument.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);
        Assert.Contains("=a,\"b\".wav", body.Root!.Elements("h2").Select(heading => heading.Value));
        Assert.Contains("<b>\"com,puter\"", body.Descendants("td").Select(cell => cell.Value));
        Assert.Equal(["gap", "wakeWord", "speech", "emotion"], body.Descendants("rect").Select(mark => mark.Attribute("class")!.Value));
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("src=", page);
        Assert.DoesNotContain("href", page);
        Assert.DoesNotContain("://", page);
    }

    [Fact]
    public async Task Curve_of_two_hours_keeps_its_peaks_at_a_thousand_points()
    {
        var page = await PageAsync(Report, []);
        var points = XDocument.Parse(
            page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)])
            .Descendants("polyline").Single().Attribute("points")!.Value.Split(' ');
        Assert.InRange(points.Length, 900, 1_001);
        // One value of 90,000 is 1, in the middle: the top of the drawing.
        Assert.Equal("500,0", Assert.Single(points, point => point.EndsWith(",0", StringComparison.Ordinal)));
        Assert.Contains("Nothing was noticed.", page);
    }

    [Fact]
    public async Task Table_is_bounded_and_says_what_is_left_out()
    {
        var page = await PageAsync(Report, Enumerable.Repeat(Events[2], 1_500));
        Assert.Equal(1_001, page.Split("<tr>").Length - 1);
        Assert.Contains("500 further events", page);
    }

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("csv", "text/csv")]
    [InlineData("vtt", "text/vtt")]
    [InlineData("html", "text/html")]
    public void Formats_are_found_by_name(string name, string contentType) =>
        Assert.Equal(contentType, ReportFormat.Find(name)?.ContentType);

    [Fact]
    public void Unknown_format_is_none() => Assert.Null(ReportFormat.Find("pdf"));

    private static async Task<string> PageAsync(ScoreReport report, IEnumerable<StreamEvent> events)
    {
        using var text = new StringWriter();
        var page = new HtmlReport(text);
        await page.BeginAsync("Title", "Summary");
        await page.AddAsync(report, events);
        await page.AddFailureAsync("b.wav", "no <media>");
        await page.EndAsync();
        return text.ToString();
    }

    private static float[] Curve()
    {
        var values = new float[90_000];
        Array.Fill(values, 0.25f);
        values[45_000] = 1;
        return values;
    }
}
