namespace AVServer.Signal.Tests;

[Trait("Category", "golden")]
public sealed class ResamplerGoldenTests
{
    /// <summary>Rounding of taps and sums of up to 204 products of floats.</summary>
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(22_050)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    public void Conversion_equals_torchaudio(int rate)
    {
        float[] got = Resampler.Convert(GoldenSignal.Floats("torchaudio-resample", "input.f32"), rate);

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("torchaudio-resample", $"from-{rate}.f32"), got), 0, Tolerance);
    }
}
