using System.Globalization;
using System.Text;

namespace AVServer.Evaluation;

/// <summary>What all plots of curves share: their frame, their colours, a line with its name.</summary>
internal static class SvgCurves
{
    private static readonly string[] Colours = ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a"];

    /// <summary>The colour of a curve.</summary>
    public static string Colour(int index) => Colours[index % Colours.Length];

    /// <summary>Begins a document; the caller closes it.</summary>
    public static StringBuilder Begin(string title, int width, int height) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" "
        + $"font-size=\"12\"><rect width=\"{width}\" height=\"{height}\" fill=\"white\"/><text x=\"60\" y=\"14\">{title}</text>\n");

    /// <summary>A curve, and its name in the list beside the plot.</summary>
    public static void Line(
        StringBuilder svg, int index, string name, IEnumerable<(double X, double Y)> points, double namesLeft, double namesTop)
    {
        var line = string.Join(
            ' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:F1},{point.Y:F1}")).Distinct());
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline points=\"{line}\" fill=\"none\" stroke=\"{Colour(index)}\" stroke-width=\"2\"/><text x=\"{namesLeft}\" "
            + $"y=\"{namesTop + (index * 18)}\" fill=\"{Colour(index)}\">{name}</text>\n");
    }
}
