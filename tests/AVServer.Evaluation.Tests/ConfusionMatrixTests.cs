using System.Xml.Linq;

namespace AVServer.Evaluation.Tests;

[Trait("Category", "unit")]
public sealed class ConfusionMatrixTests
{
    [Fact]
    public void Measures_of_a_case_worked_by_hand()
    {
        // 4 of 5 of the first label, 1 of 3 of the second; nothing of the third, which is answered once.
        var matrix = Count((0, 0), (0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 2));
        Assert.Equal(8, matrix.Total);
        Assert.Equal(5 / 8.0, matrix.Wa, 12);
        Assert.Equal(((4 / 5.0) + (1 / 3.0)) / 2, matrix.Ua, 12);
        Assert.Equal(4 / 5.0, matrix.Precision(0), 12);
        Assert.Equal(1 / 2.0, matrix.Precision(1), 12);
        Assert.Equal(0, matrix.Precision(2));
        Assert.Equal(2 * 0.5 * (1 / 3.0) / (0.5 + (1 / 3.0)), matrix.F1(1), 12);
        Assert.Equal((0.8 + 0.4) / 2, matrix.MacroF1, 12);
    }

    [Fact]
    public void Sum_of_matrices_counts_all_examples()
    {
        var matrix = Count((0, 1), (2, 2));
        matrix.Add(Count((0, 1), (1, 1)));
        Assert.Equal((2, 1, 1, 4), (matrix[0, 1], matrix[1, 1], matrix[2, 2], matrix.Total));
        Assert.Throws<ArgumentException>(() => matrix.Add(new ConfusionMatrix(2)));
    }

    [Fact]
    public void Matrix_of_nothing_has_measures_of_zero()
    {
        var matrix = new ConfusionMatrix(4);
        Assert.Equal((0, 0, 0), (matrix.Wa, matrix.Ua, matrix.MacroF1));
    }

    [Fact]
    public void Plot_shows_every_count()
    {
        var svg = ConfusionPlot.Draw("emotion", ["angry", "happy", "sad"], Count((0, 0), (0, 0), (0, 0), (0, 1), (2, 2)));
        var texts = XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)
            .ToList();
        Assert.Equal(6, texts.Count(text => text is "angry" or "happy" or "sad"));
        Assert.Contains("75 %", texts);
        Assert.Contains("100 %", texts);
    }

    private static ConfusionMatrix Count(params (int Actual, int Predicted)[] examples)
    {
        var matrix = new ConfusionMatrix(3);
        foreach (var (actual, predicted) in examples) matrix.Add(actual, predicted);
        return matrix;
    }
}
