namespace AVServer.Detection.Tests.Words;

[Trait("Category", "unit")]
public sealed class LipFusionTests
{
    private static readonly WordCandidate Candidate = new(0, 0, [10, 12, 15], 16);

    [Fact]
    public void Each_frame_counts_for_the_phone_that_lies_over_it()
    {
        var asked = new List<(long Frame, int Label)>();
        var sum = LipFusion.Sum(Candidate, [7, 8, 9], (frame, label) =>
        {
            asked.Add((frame, label));
            return label;
        });
        Assert.Equal([(10, 7), (11, 7), (12, 8), (13, 8), (14, 8), (15, 9), (16, 9)], asked);
        Assert.Equal((2 * 7) + (3 * 8) + (2 * 9), sum);
    }

    [Fact]
    public void What_lips_add_grows_with_what_they_show_and_is_bounded()
    {
        Assert.True(LipFusion.Gain(14, 7) > LipFusion.Gain(12, 7));
        Assert.True(LipFusion.Gain(12, 7) > 0);
        Assert.Equal(0, LipFusion.Gain(12, 20));
        Assert.Equal(LipFusion.Most, LipFusion.Gain(1e6f, 7));
        Assert.Equal(0, LipFusion.Gain(-1e6f, 7));
    }

    [Theory]
    [InlineData(LipFusion.EarliestShift)]
    [InlineData(1)]
    [InlineData(LipFusion.LatestShift)]
    public void Pictures_count_where_they_fit_best(int late)
    {
        float At(long frame, int shift, int label) => shift == late ? 2 : -2;
        Assert.Equal(LipFusion.Gain(2 * 7, 7), LipFusion.Gain(Candidate, [7, 8, 9], At));
    }
}
