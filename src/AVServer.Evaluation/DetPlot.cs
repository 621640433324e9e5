using System.Globalization;
using System.Text;

namespace AVServer.Evaluation;

/// <summary>Draws DET curves as SVG: false alarms per hour, logarithmic, against misses in per cent.</summary>
public static class DetPlot
{
    private const double Left = 60, Top = 20, Width = 480, Height = 320;
    private const double LeastRate = 0.1, MostRate = 1000;
    private static readonly string[] Colours = ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a"];

    /// <summary>Draws named curves.</summary>
    /// <returns>A complete SVG document.</returns>
    public static string Draw(string title, IReadOnlyList<(string Name, DetCurve Curve)> curves)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"400\" font-family=\"sans-serif\" font-size=\"12\"><rect "
            + $"width=\"720\" height=\"400\" fill=\"white\"/><text x=\"{Left}\" y=\"14\">{title}</text>\n");
        for (var rate = LeastRate; rate <= MostRate * 1.01; rate *= 10)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{X(rate):F1} {Top}V{Top + Height}\" stroke=\"#ddd\"/><text x=\"{X(rate):F1}\" y=\"{Top + Height + 16}\" "
                + $"text-anchor=\"middle\">{rate:0.#}</text>\n");
        for (var percent = 0; percent <= 100; percent += 20)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{Left} {Y(percent / 100.0):F1}H{Left + Width}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" "
                + $"y=\"{Y(percent / 100.0) + 4:F1}\" text-anchor=\"end\">{percent} %</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Left + (Width / 2)}\" y=\"{Top + Height + 36}\" text-anchor=\"middle\">false alarms per hour</text>\n");
        for (var i = 0; i < curves.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            var line = string.Join(
                ' ', curves[i].Curve.Points.Select(
                    point => string.Create(CultureInfo.InvariantCulture, $"{X(point.FalseAlarmsPerHour):F1},{Y(point.Frr):F1}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline points=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{Left + Width + 10}\" "
                + $"y=\"{Top + 16 + (i * 18)}\" fill=\"{colour}\">{curves[i].Name}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double rate) =>
        Left + (Width * Math.Log10(Math.Clamp(rate, LeastRate, MostRate) / LeastRate) / Math.Log10(MostRate / LeastRate));

    private static double Y(double frr) => Top + (Height * frr);
}
