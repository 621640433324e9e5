using AVServer.TestKit;

namespace AVServer.Signal.Tests;

public sealed class EmotionFrontEndTests
{
    /// <summary>Logarithms of float sums in another order, then sums of them.</summary>
    private const double Tolerance = 1e-3;

    public static TheoryData<string, IEmotionFrontEnd> FrontEnds => new()
    {
        { "mfcc-deltas", new MfccDeltasFrontEnd() },
        { "light-sernet", new LightSerNetFrontEnd() },
    };

    [Theory]
    [Trait("Category", "golden")]
    [MemberData(nameof(FrontEnds))]
    public void Features_equal_those_of_independent_code(string set, IEmotionFrontEnd frontEnd)
    {
        float[] samples = GoldenSignal.Samples("emotion-features", "signal.s16");

        float[] got = frontEnd.Compute(samples);

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("emotion-features", set + ".f32"), got), 0, Tolerance);
    }

    [Theory]
    [Trait("Category", "unit")]
    [MemberData(nameof(FrontEnds))]
    public void Frames_are_those_that_fit(string set, IEmotionFrontEnd frontEnd)
    {
        Assert.NotEmpty(set);
        Assert.Empty(frontEnd.Compute(new float[frontEnd.FrameLength - 1]));
        Assert.Equal(frontEnd.Dim, frontEnd.Compute(new float[frontEnd.FrameLength]).Length);
        Assert.Equal(2, frontEnd.FrameCount(frontEnd.FrameLength + frontEnd.HopLength));
        Assert.Equal(frontEnd.Dim == 96 ? 748 : 465, frontEnd.FrameCount(120_000));
    }

    [Theory]
    [Trait("Category", "unit")]
    [MemberData(nameof(FrontEnds))]
    public void Silence_and_clipping_give_finite_features(string set, IEmotionFrontEnd frontEnd)
    {
        Assert.NotEmpty(set);
        var square = Enumerable.Range(0, 16_000).Select(i => i / 40 % 2 == 0 ? 1f : -1f).ToArray();
        Assert.All(frontEnd.Compute(new float[16_000]), value => Assert.True(float.IsFinite(value)));
        Assert.All(frontEnd.Compute(square), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Light_sernet_does_not_hear_the_level()
    {
        IEmotionFrontEnd frontEnd = new LightSerNetFrontEnd();
        float[] samples = GoldenSignal.Samples("emotion-features", "signal.s16");

        float[] quieter = frontEnd.Compute(Array.ConvertAll(samples, sample => sample / 32));

        Assert.InRange(GoldenSignal.MaxDifference(frontEnd.Compute(samples), quieter), 0, Tolerance);
    }

    [Theory]
    [Trait("Category", "unit")]
    [MemberData(nameof(FrontEnds))]
    public void Nothing_large_is_allocated(string set, IEmotionFrontEnd frontEnd)
    {
        Assert.NotEmpty(set);
        float[] samples = GoldenSignal.Samples("emotion-features", "signal.s16");
        var features = new float[frontEnd.FrameCount(samples.Length) * frontEnd.Dim];
        Assert.InRange(Allocations.LeastOf(() => frontEnd.Compute(samples, features)), 0, 1_000);
    }

    [Theory]
    [Trait("Category", "unit")]
    [MemberData(nameof(FrontEnds))]
    public void Room_of_another_length_is_refused(string set, IEmotionFrontEnd frontEnd)
    {
        Assert.NotEmpty(set);
        Assert.Contains(
            $"1 vectors of {frontEnd.Dim}",
            Assert.Throws<ArgumentException>(() => frontEnd.Compute(new float[frontEnd.FrameLength], new float[3])).Message);
    }
}
