namespace AVServer.Signal.Tests;

public sealed class SpeakerFrontEndTests
{
    private readonly SpeakerFrontEnd _frontEnd = new();

    [Fact]
    [Trait("Category", "golden")]
    public void Frames_equal_those_of_independent_code()
    {
        var got = _frontEnd.Compute(GoldenSignal.Samples("speaker-embedding", "sound.s16"));

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("speaker-embedding", "frames.f32"), got), 0, 0.02);
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Loudness_does_not_matter()
    {
        var samples = GoldenSignal.Samples("speaker-embedding", "sound.s16");
        var soft = Array.ConvertAll(samples, sample => sample / 4);

        Assert.InRange(GoldenSignal.MaxDifference(_frontEnd.Compute(samples), _frontEnd.Compute(soft)), 0, 1e-3);
    }

    [Theory]
    [Trait("Category", "unit")]
    [InlineData(0, 0)]
    [InlineData(398, 0)]
    [InlineData(16_000, 98)]
    [InlineData(80_000, 498)]
    public void Steady_sound_is_wholly_kept_and_its_mean_is_zero(int samples, int frames)
    {
        var random = new Random(3);
        var noise = Enumerable.Range(0, samples).Select(_ => (random.NextSingle() - 0.5f) / 5).ToArray();

        var got = _frontEnd.Compute(noise);

        Assert.Equal(frames * SpeakerFrontEnd.Dim, got.Length);
        Assert.All(
            Enumerable.Range(0, frames == 0 ? 0 : SpeakerFrontEnd.Dim),
            d => Assert.InRange(Enumerable.Range(0, frames).Average(t => got[(t * SpeakerFrontEnd.Dim) + d]), -0.5, 0.5));
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Pauses_are_left_out()
    {
        var samples = GoldenSignal.Samples("speaker-embedding", "sound.s16");
        float[] paused = [.. samples, .. new float[16_000], .. samples];

        Assert.InRange(_frontEnd.Compute(paused).Length / (double)_frontEnd.Compute(samples).Length, 1.9, 2.1);
    }
}
