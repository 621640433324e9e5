namespace AVServer.Signal.Tests;

[Trait("Category", "golden")]
public sealed class RealFftTests
{
    /// <summary>Rounding of floats in a sum of 2,048 terms of up to 1.</summary>
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    public void Forward_equals_numpy(int length)
    {
        var fft = new RealFft(length);
        var (samples, real, imaginary) = Case(length);
        float[] gotReal = new float[fft.Bins], gotImaginary = new float[fft.Bins];

        fft.Forward(samples, new float[fft.WorkspaceLength], gotReal, gotImaginary);

        Assert.InRange(GoldenSignal.MaxDifference(real, gotReal), 0, Tolerance);
        Assert.InRange(GoldenSignal.MaxDifference(imaginary, gotImaginary), 0, Tolerance);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(512)]
    [InlineData(2048)]
    public void PowerSpectrum_equals_squared_magnitude_of_numpy(int length)
    {
        var fft = new RealFft(length);
        var (samples, real, imaginary) = Case(length);
        var power = new float[fft.Bins];

        fft.PowerSpectrum(samples, new float[fft.WorkspaceLength], power);

        for (int k = 0; k < fft.Bins; k++)
        {
            double expected = (double)real[k] * real[k] + (double)imaginary[k] * imaginary[k];
            Assert.InRange(power[k], expected - Tolerance * (1 + expected), expected + Tolerance * (1 + expected));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(400)]
    public void Length_that_is_no_supported_power_of_two_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new RealFft(length));

    private static (float[] Samples, float[] Real, float[] Imaginary) Case(int length)
    {
        float[] all = GoldenSignal.Floats("numpy-fft", $"rfft-{length}.f32");
        int bins = length / 2 + 1;
        return (all[..length], all[length..(length + bins)], all[(length + bins)..]);
    }
}
