namespace AVServer.Evaluation.Tests;

[Trait("Category", "unit")]
public sealed class CalibrationTests
{
    [Fact]
    public void Posteriors_are_a_softmax_that_the_temperature_flattens()
    {
        Assert.Equal([0.25, 0.75], Calibration.Posteriors([0, (float)Math.Log(3)], 1), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0.1, 0.9], Calibration.Posteriors([0, (float)Math.Log(3)], 0.5), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([1, 0], Calibration.Posteriors([1e30f, -1e30f], 1));
    }

    [Fact]
    public void Error_of_a_case_worked_by_hand()
    {
        // Bin 0.9: 3 answers at 0.95, two right; bin 0.5: one at 0.55, wrong.
        var answers = new[] { (0.95, true), (0.95, true), (0.95, false), (0.55, false) };
        Assert.Equal((Math.Abs(2.85 - 2) + 0.55) / 4, Calibration.Error(answers), 12);
        Assert.Equal(0, Calibration.Error([]));
        Assert.Equal(0, Calibration.Error([(1.0, true), (1.0, true)]));
    }

    [Fact]
    public void Fitted_temperature_undoes_the_one_that_the_labels_were_drawn_with()
    {
        var random = new Random(4);
        var examples = Enumerable.Range(0, 4000).Select(_ =>
        {
            var logits = Enumerable.Range(0, 4).Select(_ => (float)(random.NextDouble() * 8)).ToArray();
            var (posteriors, draw, label) = (Calibration.Posteriors(logits, 2.5), random.NextDouble(), 0);
            while (label < 3 && (draw -= posteriors[label]) > 0) label++;
            return (logits, label);
        }).ToList();
        Assert.InRange(Calibration.FitTemperature(examples), 2.3, 2.7);
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperature([]));
    }
}
