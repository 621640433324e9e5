using System.Text;
using AVServer.Contracts;

namespace AVServer.Reports;

/// <summary>
/// A file's curves and events as one inline SVG of fixed size: a curve with more values than pixels is drawn by the highest in each.
/// </summary>
internal sealed class TimeLine(TextWriter output, ScoreReport report)
{
    private const int Width = 1_000;
    private const int CurveHeight = 90;
    private const int BarTop = CurveHeight + 4;
    private const int BarHeight = 12;
    private const int Height = BarTop + BarHeight + 18;
    private const int Ticks = 8;
    private const int MaxMarks = 2_000;

    private static readonly double[] TickSeconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];

    private readonly double _seconds = Math.Max(report.DurationSeconds, 0.001);

    public async Task WriteAsync(IEnumerable<ReportRow> rows, CancellationToken cancellationToken)
    {
        await output.WriteAsync(
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Time line\">\n".AsMemory(), cancellationToken);
        await output.WriteAsync(
            $"<line class=\"axis\" x1=\"0\" x2=\"{Width}\" y1=\"{CurveHeight}\" y2=\"{CurveHeight}\"/>\n".AsMemory(), cancellationToken);
        await output.WriteAsync(Axis().AsMemory(), cancellationToken);
        foreach (var curve in report.Posteriors ?? []) await output.WriteAsync(Curve(curve).AsMemory(), cancellationToken);
        foreach (var row in rows.Where(row => row.Type is "wakeWord" or "speech" or "emotion" or "gap").Take(MaxMarks))
        {
            var (x, width) = (X(row.Start), Math.Max(X(row.End) - X(row.Start), 2));
            var title = HtmlReport.Text($"{row.Type} {row.Label} {HtmlReport.Clock(row.Start)}");
            var bar = $"<rect class=\"{row.Type}\" x=\"{HtmlReport.Number(x, "0.#")}\" y=\"{BarTop}\" "
                + $"width=\"{HtmlReport.Number(width, "0.#")}\" height=\"{BarHeight}\"><title>{title}</title></rect>\n";
            await output.WriteAsync(bar.AsMemory(), cancellationToken);
        }
        await output.WriteAsync("</svg>\n".AsMemory(), cancellationToken);
    }

    private string Axis()
    {
        var step = TickSeconds.FirstOrDefault(seconds => _seconds / seconds <= Ticks, TickSeconds[^1]);
        var text = new StringBuilder();
        for (var tick = 0.0; tick <= _seconds && text.Length < 4_000; tick += step)
            text.Append(
                $"<text x=\"{HtmlReport.Number(X(TimeSpan.FromSeconds(tick)), "0.#")}\" "
                + $"y=\"{Height - 4}\">{HtmlReport.Clock(TimeSpan.FromSeconds(tick))}</text>\n");
        return text.ToString();
    }

    private string Curve(PosteriorCurve curve)
    {
        var highest = new Dictionary<int, float>();
        for (var i = 0; i < curve.Values.Length; i++)
        {
            var x = (int)X(TimeSpan.FromSeconds((i + 1) * curve.StepSeconds));
            highest[x] = Math.Max(highest.GetValueOrDefault(x), curve.Values[i]);
        }
        var points = highest.OrderBy(point => point.Key)
            .Select(point => $"{point.Key},{HtmlReport.Number(CurveHeight * (1 - Math.Clamp(point.Value, 0, 1)), "0.#")}");
        return "<polyline class=\"curve\" "
            + $"points=\"{string.Join(' ', points)}\"><title>{HtmlReport.Text($"{curve.Keyword}, {curve.Stage}")}</title></polyline>\n";
    }

    private double X(TimeSpan time) => Math.Clamp(time.TotalSeconds / _seconds, 0, 1) * Width;
}
