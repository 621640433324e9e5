using AVServer.TestKit;

namespace AVServer.Signal.Tests;

public sealed class VoiceFrontEndTests
{
    /// <summary>
    /// Share of a value's size, or of 1: spectra, their logarithms and sums of them in single precision beside NumPy's double.
    /// </summary>
    private const double Tolerance = 5e-3;

    private const int Pitch = 42;
    private static readonly IEmotionFrontEnd FrontEnd = new VoiceFrontEnd();

    [Fact]
    [Trait("Category", "golden")]
    public void Descriptors_equal_those_of_independent_code()
    {
        float[] expected = GoldenSignal.Floats("voice-descriptors", "statistics.f32");

        float[] got = FrontEnd.Describe(GoldenSignal.Samples("voice-descriptors", "signal.s16"));

        Assert.Equal(expected.Length, got.Length);
        Assert.All(
            expected.Zip(got).Select((pair, i) => (pair.First, pair.Second, i)),
            value => Assert.True(
                Math.Abs(value.First - value.Second) <= Tolerance * Math.Max(1, Math.Abs(value.First)),
                $"Value {value.i}: expected {value.First}, got {value.Second}."));
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Rows_are_those_of_the_coefficients()
    {
        float[] samples = GoldenSignal.Samples("emotion-features", "signal.s16");
        Assert.Equal(((IEmotionFrontEnd)new MfccDeltasFrontEnd()).Compute(samples), FrontEnd.Compute(samples));
    }

    [Theory]
    [Trait("Category", "unit")]
    [InlineData(70)]
    [InlineData(131.5)]
    [InlineData(240)]
    [InlineData(480)]
    public void The_pitch_of_a_voice_is_found(double hz)
    {
        float[] described = FrontEnd.Describe(Voice(16_000, hz, 0.1));
        Assert.Equal(12 * Math.Log2(hz / 100), described[MeanPitch], 0.1);
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Loudness_of_the_recording_does_not_count()
    {
        float[] loud = FrontEnd.Describe(Voice(16_000, 150, 0.3)), soft = FrontEnd.Describe(Voice(16_000, 150, 0.1));
        for (int i = 0; i < 9; i++) Assert.Equal(loud[i], soft[i], 0.05);
    }

    [Fact]
    [Trait("Category", "unit")]
    public void What_is_no_voice_gives_finite_values()
    {
        var random = new Random(3);
        float[][] sounds =
        [
            new float[16_000],
            new float[640],
            [.. Enumerable.Range(0, 8_000).Select(_ => (float)(random.NextDouble() - 0.5))],
            [.. Enumerable.Range(0, 16_000).Select(i => i / 40 % 2 == 0 ? 1f : -1f)],
            [.. Enumerable.Range(0, 4_000).Select(i => i == 2_000 ? 1f : 0)],
        ];
        Assert.All(sounds, sound => Assert.All(FrontEnd.Describe(sound), value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Too_short_a_sound_has_no_descriptors()
    {
        Assert.All(FrontEnd.Describe(Voice(639, 150, 0.1)), value => Assert.Equal(0, value));
        Assert.Contains(FrontEnd.Describe(Voice(640, 150, 0.1)), value => value != 0);
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Nothing_large_is_allocated()
    {
        float[] samples = Voice(16_000, 150, 0.1);
        var described = new float[FrontEnd.DescriptorDim];
        Assert.InRange(Allocations.LeastOf(() => FrontEnd.Describe(samples, described)), 0, 1_000);
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Room_of_another_length_is_refused()
    {
        Assert.Contains(
            $"{FrontEnd.DescriptorDim} values",
            Assert.Throws<ArgumentException>(() => FrontEnd.Describe(new float[640], new float[3])).Message);
        IEmotionFrontEnd plain = new MfccDeltasFrontEnd();
        Assert.Empty(plain.Describe(new float[640]));
        Assert.Throws<ArgumentException>(() => plain.Describe(new float[640], new float[3]));
    }

    /// <summary>Nine values of each of 42 columns among all frames and among voiced ones; then those of the pitch.</summary>
    private static int MeanPitch => Pitch * 2 * 9;

    private static float[] Voice(int samples, double hz, double amplitude) =>
        [.. Enumerable.Range(0, samples)
            .Select(i => (float)(amplitude * Enumerable.Range(1, 8).Sum(h => Math.Sin(2 * Math.PI * h * hz * i / 16_000) / h)))];
}
