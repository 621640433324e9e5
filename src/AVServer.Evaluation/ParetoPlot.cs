using System.Globalization;

namespace AVServer.Evaluation;

/// <summary>Draws systems as dots, cost against misses, and the line of those that none beats in both.</summary>
public static class ParetoPlot
{
    private const double Left = 60, Top = 20, Width = 560, Height = 320;

    /// <summary>The systems that no other beats in cost and misses at once, by rising cost.</summary>
    public static IReadOnlyList<(string Name, double Cost, double Misses)> Front(
        IEnumerable<(string Name, double Cost, double Misses)> systems)
    {
        var front = new List<(string Name, double Cost, double Misses)>();
        foreach (var system in systems.OrderBy(system => system.Cost).ThenBy(system => system.Misses))
            if (front.Count == 0 || system.Misses < front[^1].Misses) front.Add(system);
        return front;
    }

    /// <summary>Draws the systems; the cost's axis is logarithmic.</summary>
    /// <returns>A complete SVG document.</returns>
    public static string Draw(string title, string cost, IReadOnlyList<(string Name, double Cost, double Misses)> systems)
    {
        var svg = SvgCurves.Begin(title, 760, 400);
        var least = systems.Count == 0 ? 1 : Math.Pow(10, Math.Floor(Math.Log10(systems.Min(system => system.Cost))));
        var most = systems.Count == 0 ? 10 : Math.Pow(10, Math.Max(1, Math.Ceiling(Math.Log10(systems.Max(system => system.Cost)))));
        for (var value = least; value <= most * 1.01; value *= 10)
            svg.Append(CultureInfo.InvariantCulture,
                $"<path d=\"M{X(value):F1} {Top}V{Top + Height}\" stroke=\"#ddd\"/><text x=\"{X(value):F1}\" "
                + $"y=\"{Top + Height + 16}\" text-anchor=\"middle\">{value:0.#}</text>\n");
        for (var percent = 0; percent <= 100; percent += 20)
            svg.Append(CultureInfo.InvariantCulture,
                $"<path d=\"M{Left} {Y(percent / 100.0):F1}H{Left + Width}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" "
                + $"y=\"{Y(percent / 100.0) + 4:F1}\" text-anchor=\"end\">{percent} %</text>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{Left + (Width / 2)}\" y=\"{Top + Height + 36}\" text-anchor=\"middle\">{cost}</text>\n");
        var front = Front(systems);
        var line = string.Join(' ', front.Select(
            system => string.Create(CultureInfo.InvariantCulture, $"{X(system.Cost):F1},{Y(system.Misses):F1}")));
        svg.Append(CultureInfo.InvariantCulture,
            $"<polyline points=\"{line}\" fill=\"none\" stroke=\"{SvgCurves.Colour(1)}\" stroke-width=\"2\"/>\n");
        foreach (var system in systems)
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(system.Cost):F1}\" cy=\"{Y(system.Misses):F1}\" r=\"4\" "
                + $"fill=\"{SvgCurves.Colour(front.Contains(system) ? 1 : 0)}\"/><text x=\"{X(system.Cost) + 7:F1}\" "
                + $"y=\"{Y(system.Misses) + 4:F1}\">{system.Name}</text>\n");
        return svg.Append("</svg>\n").ToString();

        double X(double value) => Left + (Width * Math.Log10(value / least) / Math.Log10(most / least));
    }

    private static double Y(double misses) => Top + (Height * misses);

}
