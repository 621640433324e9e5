using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Reports;

namespace AVServer.Server.Scoring;

/// <summary>Answers with a report, its events written one by one as they come, in the format that was asked for.</summary>
internal sealed class ReportResult(ScoreReport report, IEnumerable<StreamEvent> events, ReportFormat format) : IResult
{
    private const int FlushBytes = 32 << 10;

    private static readonly string PagePolicy = $"{HtmlReport.ContentPolicy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, stop) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = $"{format.ContentType}; charset=utf-8";
        if (format == ReportFormat.Json)
        {
            await WriteJsonAsync(response.BodyWriter, stop);
            return;
        }
        await using var text = new StreamWriter(response.Body, new UTF8Encoding(false), FlushBytes, leaveOpen: true);
        if (format == ReportFormat.Csv) await CsvReport.WriteAsync(text, report, events, stop);
        else if (format == ReportFormat.WebVtt) await WebVttReport.WriteAsync(text, report, events, stop);
        else
        {
            response.Headers.ContentSecurityPolicy = PagePolicy;
            await WriteHtmlAsync(text, stop);
        }
    }

    private async Task WriteJsonAsync(PipeWriter body, CancellationToken stop)
    {
        // The report without its events, and these in their place.
        using var shell = JsonSerializer.SerializeToDocument(report with { Events = [] }, ContractsJson.Options);
        await using var writer = new Utf8JsonWriter(body);   // into the pipe's memory; nothing is sent before the pipe is flushed
        writer.WriteStartObject();
        foreach (var member in shell.RootElement.EnumerateObject())
        {
            if (!member.NameEquals("events"))
            {
                member.WriteTo(writer);
                continue;
            }
            writer.WriteStartArray(member.Name);
            foreach (var streamEvent in events)
            {
                JsonSerializer.Serialize(writer, streamEvent, ContractsJson.Options);
                if (body.UnflushedBytes > FlushBytes) await body.FlushAsync(stop);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private async Task WriteHtmlAsync(TextWriter text, CancellationToken stop)
    {
        var page = new HtmlReport(text);
        await page.BeginAsync("AVServer report", "What was noticed in one file.");
        await page.AddAsync(report, events, stop);
        await page.EndAsync();
    }
}
