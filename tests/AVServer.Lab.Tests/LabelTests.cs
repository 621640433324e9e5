using AVServer.Lab.Data;
using AVServer.Lab.Training;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class LabelTests
{
    [Fact]
    public void Spotter_labels_stand_around_the_end_of_the_word()
    {
        var labels = new sbyte[74];
        SpotterLabels.Place(new WordTimes(0.9, 1.5), 4, labels);
        for (var step = 0; step < labels.Length; step++)
        {
            var since = SpotterLabels.Time(step, 4) - 1.5;
            if (Math.Abs(since) < 0.09) Assert.Equal(1, labels[step]);
            if (since is < -0.35 or > 0.41) Assert.Equal(0, labels[step]);
        }
        Assert.Contains((sbyte)-1, labels);
    }

    [Fact]
    public void Filler_has_no_positive_label()
    {
        var labels = new sbyte[10];
        SpotterLabels.Place(null, 4, labels);
        Assert.All(labels, label => Assert.Equal(0, label));
        Assert.Equal(0, VerifierLabels.Of(null, 1));
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, -1)]
    [InlineData(1.1, 1)]
    [InlineData(1.6, -1)]
    [InlineData(2.2, 0)]
    public void Verifier_window_counts_when_the_word_has_just_ended(double windowEnd, int label) =>
        Assert.Equal(label, VerifierLabels.Of(new WordTimes(0.4, 1.0), windowEnd));
}
