namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class SpeakerStatisticsTests
{
    [Fact]
    public void Nobody_heard_is_all_zeros() => Assert.Equal(new float[7], new SpeakerStatistics(3).ToArray());

    [Fact]
    public void Means_and_variances_are_weighed_by_length()
    {
        var heard = new SpeakerStatistics(2);
        heard.Add([1, 10], 1);
        heard.Add([4, 10], 2);

        // Mean 3, variance (1 · 2² + 2 · 1²) ÷ 3.
        Assert.Equal([3, 10, 2, 0, 3], heard.ToArray());
    }

    [Fact]
    public void Long_streams_keep_their_precision()
    {
        var heard = new SpeakerStatistics(1);
        for (var i = 0; i < 200_000; i++) heard.Add([1000 + (i % 2)], 3);

        Assert.Equal(1000.5f, heard.ToArray()[0], 1e-3f);
        Assert.Equal(0.25f, heard.ToArray()[1], 1e-4f);
    }

    [Fact]
    public void Reset_forgets()
    {
        var heard = new SpeakerStatistics(1);
        heard.Add([5], 2);
        heard.Reset();

        Assert.Equal(new float[3], heard.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var heard = new SpeakerStatistics(2);
        Assert.Throws<ArgumentException>(() => heard.Add([1], 1));
        Assert.Throws<ArgumentException>(() => heard.Add([1, 2], 0));
        Assert.Throws<ArgumentException>(() => heard.Add([1, 2], double.NaN));
    }
}
