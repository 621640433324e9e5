using System.Globalization;

namespace AVServer.Evaluation;

/// <summary>A measure of one system in several conditions, with its interval.</summary>
/// <param name="Name">The system.</param>
/// <param name="Values">One a condition.</param>
/// <param name="Intervals">Bounds of each.</param>
public sealed record ConditionSeries(string Name, IReadOnlyList<double> Values, IReadOnlyList<(double Low, double High)> Intervals);

/// <summary>Draws a measure of several systems over conditions as SVG, with a bar for each interval.</summary>
public static class ConditionPlot
{
    private const double Left = 60, Top = 24, Width = 460, Height = 300;

    /// <summary>Draws series.</summary>
    /// <param name="title">What is measured.</param>
    /// <param name="conditions">Names of the conditions, from left to right.</param>
    /// <param name="series">The systems.</param>
    /// <param name="highest">Upper end of the scale, which begins at 0.</param>
    /// <returns>A complete SVG document.</returns>
    public static string Draw(string title, IReadOnlyList<string> conditions, IReadOnlyList<ConditionSeries> series, double highest)
    {
        var svg = SvgCurves.Begin(title, 720, 380);
        for (var i = 0; i <= 5; i++)
        {
            var value = highest * i / 5;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{Left} {Y(value):F1}H{Left + Width}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\" "
                + $"text-anchor=\"end\">{value:0.##}</text>\n");
        }
        for (var i = 0; i < conditions.Count; i++)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(i):F1}\" y=\"{Top + Height + 18}\" text-anchor=\"middle\">{conditions[i]}</text>\n");
        for (var k = 0; k < series.Count; k++)
        {
            // Beside each other, so that bars of one condition don't hide each other.
            var aside = (k - ((series.Count - 1) / 2.0)) * 5;
            for (var i = 0; i < conditions.Count; i++)
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<path d=\"M{X(i) + aside:F1} {Y(series[k].Intervals[i].Low):F1}V{Y(series[k].Intervals[i].High):F1}\" "
                    + $"stroke=\"{SvgCurves.Colour(k)}\" opacity=\"0.6\"/>\n");
            SvgCurves.Line(
                svg, k, series[k].Name, series[k].Values.Select((value, i) => (X(i) + aside, Y(value))), Left + Width + 14, Top + 16);
        }
        return svg.Append("</svg>\n").ToString();

        double X(int condition) => Left + (Width * (condition + 0.5) / conditions.Count);
        double Y(double value) => Top + (Height * (1 - (Math.Clamp(value, 0, highest) / highest)));
    }
}
