using System.Globalization;

namespace AVServer.Evaluation;

/// <summary>Draws DET curves of utterances as SVG: FAR against FRR, both on the scale of normal deviates (Martin et al. 1997).</summary>
public static class VerificationPlot
{
    private const double Left = 60, Top = 24, Size = 340;
    private const double Least = 0.002, Most = 0.9;
    private static readonly double[] Ticks = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];

    /// <summary>Draws named curves.</summary>
    /// <returns>A complete SVG document.</returns>
    public static string Draw(string title, IReadOnlyList<(string Name, VerificationCurve Curve)> curves)
    {
        var svg = SvgCurves.Begin(title, 620, 420);
        foreach (var tick in Ticks)
        {
            var percent = (100 * tick).ToString("0.#", CultureInfo.InvariantCulture);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{X(tick):F1} {Top}V{Top + Size}M{Left} {Y(tick):F1}H{Left + Size}\" stroke=\"#ddd\"/>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(tick):F1}\" y=\"{Top + Size + 16}\" text-anchor=\"middle\">{percent}</text><text x=\"{Left - 6}\" "
                + $"y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{percent}</text>\n");
        }
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Left + (Size / 2)}\" y=\"{Top + Size + 36}\" text-anchor=\"middle\">FAR, %</text><text x=\"16\" "
            + $"y=\"{Top + (Size / 2)}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {Top + (Size / 2)})\">FRR, %</text>\n");
        for (var i = 0; i < curves.Count; i++)
            SvgCurves.Line(
                svg, i, curves[i].Name, curves[i].Curve.Points.Select(point => (X(point.Far), Y(point.Frr))), Left + Size + 14, Top + 16);
        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double rate) => Left + (Size * Place(rate));

    private static double Y(double rate) => Top + (Size * (1 - Place(rate)));

    private static double Place(double rate) =>
        (Deviate(Math.Clamp(rate, Least, Most)) - Deviate(Least)) / (Deviate(Most) - Deviate(Least));

    /// <summary>The value that a normal variable stays below with a probability, by bisection of its distribution.</summary>
    private static double Deviate(double probability)
    {
        var (low, high) = (-6.0, 6.0);
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (Distribution(middle) < probability) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    // Abramowitz and Stegun 26.2.17, off by less than 1e-7.
    private static double Distribution(double x)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        var tail = Math.Exp(-x * x / 2) / Math.Sqrt(
            2 * Math.PI) * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x < 0 ? tail : 1 - tail;
    }
}
