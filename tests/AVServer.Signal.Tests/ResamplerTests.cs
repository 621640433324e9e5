using AVServer.TestKit;
namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class ResamplerTests
{
    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(16_000)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(192_000)]
    public void Any_chunking_gives_the_same_samples_bit_for_bit(int rate)
    {
        var kernel = new ResamplerKernel(rate, 16_000);
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            float[] samples = SyntheticSound.Noise(random, random.Next(1, 9_000));

            float[] chunked = ConvertInChunks(new Resampler(kernel), samples, random);

            Assert.True(Resampler.Convert(samples, rate).AsSpan().SequenceEqual(chunked), $"Seed {seed} at {rate} Hz differs.");
        }
    }

    [Theory]
    [InlineData(8_000, 3_000)]
    [InlineData(12_000, 1_000)]
    [InlineData(22_050, 5_500)]
    [InlineData(32_000, 100)]
    [InlineData(44_056, 6_000)]
    [InlineData(47_999, 2_000)]
    [InlineData(96_000, 6_500)]
    [InlineData(192_000, 440)]
    public void Sine_below_the_cut_off_keeps_amplitude_and_time(int rate, double hz)
    {
        float[] got = Resampler.Convert(SyntheticSound.Sine(hz, rate, rate / 5), rate);

        float[] expected = SyntheticSound.Sine(hz, 16_000, got.Length);
        Assert.InRange(GoldenSignal.MaxDifference(expected.AsSpan(200..^200), got.AsSpan(200..^200)), 0, 3e-4);
    }

    [Theory]
    [InlineData(44_100, 8_500)]
    [InlineData(48_000, 15_900)]
    [InlineData(48_000, 20_000)]
    [InlineData(192_000, 70_000)]
    public void Sine_that_would_alias_is_suppressed_by_60_dB(int rate, double hz)
    {
        float[] got = Resampler.Convert(SyntheticSound.Sine(hz, rate, rate / 5, amplitude: 0.999), rate);

        Assert.InRange(SoundLevel.RmsDbfs(got.AsSpan(200..^200)), SoundLevel.FloorDbfs, -63);
    }

    [Theory]
    [InlineData(48_000, 4_800, 1_600)]
    [InlineData(48_000, 4_801, 1_601)]
    [InlineData(8_000, 801, 1_602)]
    [InlineData(44_100, 0, 0)]
    public void Count_is_the_exact_ratio_rounded_up(int rate, int samples, int expected) =>
        Assert.Equal(expected, Resampler.Convert(new float[samples], rate).Length);

    [Fact]
    public void Output_comes_after_the_stated_latency()
    {
        var resampler = new Resampler(48_000);
        var output = new float[resampler.MaxOutput(resampler.LatencySamples)];

        Assert.Equal(0, resampler.Convert(new float[resampler.LatencySamples], output));
        Assert.Equal(1, resampler.Convert(new float[1], output));
        Assert.InRange(resampler.LatencySamples / 48_000.0, 0, 0.0025);
    }

    [Fact]
    public void Same_rate_passes_through_at_once()
    {
        float[] samples = SyntheticSound.Noise(new Random(1), 3_000);
        var resampler = new Resampler(16_000);
        var output = new float[resampler.MaxOutput(samples.Length)];

        Assert.Equal(samples.Length, resampler.Convert(samples, output));
        Assert.Equal(samples, output[..samples.Length]);
    }

    [Fact]
    public void Conversion_allocates_nothing()
    {
        var resampler = new Resampler(48_000);
        float[] samples = SyntheticSound.Noise(new Random(1), 4_800), output = new float[resampler.MaxOutput(4_800)];

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 100; i++) resampler.Convert(samples, output);
        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(191_999)]
    public void Rate_that_cannot_be_served_is_refused(int rate) => Assert.Throws<ArgumentException>(() => new Resampler(rate));

    [Fact]
    public void Kernel_of_two_rates_is_made_once() =>
        Assert.Same(ResamplerKernel.Between(44_100, 16_000), ResamplerKernel.Between(44_100, 16_000));

    [Fact]
    public void Output_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Resampler(8_000).Convert(new float[100], new float[100]));

    private static float[] ConvertInChunks(Resampler resampler, ReadOnlySpan<float> samples, Random random)
    {
        var got = new List<float>();
        var output = new float[resampler.MaxOutput(3_000)];
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, random.Next(1, random.Next(2, 3_000)));
            got.AddRange(output.AsSpan(0, resampler.Convert(samples[..take], output)));
            samples = samples[take..];
        }
        got.AddRange(output.AsSpan(0, resampler.Finish(output)));
        return [.. got];
    }
}
