namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class CalibrationTableTests
{
    private static readonly CalibrationTable Table = new("made up", FillerHours: 10, KeywordUtterances: 100,
        [new(0.2, 10, 0.01), new(0.4, 1, 0.05), new(0.6, 0.1, 0.2), new(0.8, 0, 0.5)]);

    [Theory]
    [InlineData(10, 0.2)]
    [InlineData(1, 0.4)]
    [InlineData(0.1, 0.6)]
    public void Measured_rate_gives_its_threshold(double rate, double threshold)
    {
        var choice = Table.ThresholdFor(rate);

        Assert.Equal(threshold, choice.Threshold, 1e-9);
        Assert.Equal(CalibrationRange.Inside, choice.Range);
    }

    [Fact]
    public void Rate_between_two_is_interpolated_in_its_logarithm()
    {
        var choice = Table.ThresholdFor(Math.Sqrt(10));

        Assert.Equal(0.3, choice.Threshold, 1e-9);
        Assert.Equal(0.03, choice.Frr, 1e-9);
    }

    [Fact]
    public void No_alarm_in_ten_hours_is_read_as_one_in_twenty() => Assert.Equal(0.8, Table.ThresholdFor(0.05).Threshold, 1e-9);

    [Theory]
    [InlineData(0.01, 0.8, CalibrationRange.BelowTable)]
    [InlineData(100, 0.2, CalibrationRange.AboveTable)]
    public void Target_outside_gives_the_end_and_says_so(double rate, double threshold, CalibrationRange range)
    {
        var choice = Table.ThresholdFor(rate);

        Assert.Equal(threshold, choice.Threshold);
        Assert.Equal(range, choice.Range);
    }

    [Fact]
    public void Equal_rates_give_the_lowest_threshold_that_has_them()
    {
        var flat = new CalibrationTable("made up", 1, 1, [new(0.1, 5, 0), new(0.2, 1, 0.1), new(0.3, 1, 0.2), new(0.4, 1, 0.3)]);

        Assert.Equal(0.2, flat.ThresholdFor(1).Threshold, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Target_that_is_no_rate_is_refused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Table.ThresholdFor(rate));

    [Fact]
    public void Threshold_never_rises_with_the_target()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var rates = Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => random.Next(3) == 0 ? 0 : Math.Pow(10, random.NextDouble() * 4 - 2)).OrderDescending();
            var table = new CalibrationTable(
                "random", 20, 100, [.. rates.Select((rate, i) => new CalibrationPoint(i / 30.0, rate, i / 30.0))]);

            var thresholds = Enumerable.Range(0, 100).Select(i => table.ThresholdFor(Math.Pow(10, (i / 15.0) - 3)).Threshold).ToArray();

            Assert.True(thresholds.Zip(thresholds.Skip(1)).All(pair => pair.Second <= pair.First + 1e-12), $"seed {seed}");
        }
    }
}
