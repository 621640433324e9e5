using System.Globalization;
using System.Text;

namespace AVServer.Evaluation;

/// <summary>Draws a confusion matrix as SVG: rows are what was shown, columns what was heard, each row's shares as shades.</summary>
public static class ConfusionPlot
{
    private const int Cell = 64, Left = 100, Top = 60;

    /// <summary>Draws a matrix.</summary>
    /// <param name="title">What is measured.</param>
    /// <param name="labels">Names of the labels, in the matrix's order.</param>
    /// <param name="matrix">The counts.</param>
    /// <returns>A complete SVG document.</returns>
    public static string Draw(string title, IReadOnlyList<string> labels, ConfusionMatrix matrix)
    {
        var side = labels.Count * Cell;
        var svg = SvgCurves.Begin(title, Left + side + 20, Top + side + 20);
        for (var actual = 0; actual < labels.Count; actual++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{Top + (actual * Cell) + 36}\" text-anchor=\"end\">{labels[actual]}</text>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left + (actual * Cell) + (Cell / 2)}\" y=\"{Top - 8}\" text-anchor=\"middle\">{labels[actual]}</text>\n");
            for (var predicted = 0; predicted < labels.Count; predicted++) AddCell(svg, matrix, actual, predicted);
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static void AddCell(StringBuilder svg, ConfusionMatrix matrix, int actual, int predicted)
    {
        var share = matrix[actual, predicted] / (double)Math.Max(1, matrix.CountOf(actual));
        var (x, y) = (Left + (predicted * Cell), Top + (actual * Cell));
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{x}\" y=\"{y}\" width=\"{Cell - 2}\" height=\"{Cell - 2}\" fill=\"#1f6feb\" fill-opacity=\"{share:F3}\" "
            + $"stroke=\"#ddd\"/>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x + (Cell / 2)}\" y=\"{y + 30}\" text-anchor=\"middle\" "
            + $"fill=\"{(share > 0.55 ? "white" : "black")}\">{share * 100:F0} %</text>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x + (Cell / 2)}\" y=\"{y + 46}\" text-anchor=\"middle\" font-size=\"10\" "
            + $"fill=\"{(share > 0.55 ? "white" : "#57606a")}\">{matrix[actual, predicted]}</text>\n");
    }
}
