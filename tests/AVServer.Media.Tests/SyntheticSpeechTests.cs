using AVServer.TestKit;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class SyntheticSpeechTests
{
    [Fact]
    public void Same_seed_gives_the_same_samples_and_another_seed_others()
    {
        float[] samples = SyntheticSpeech.Create(1, TimeSpan.FromSeconds(2));
        Assert.Equal(32000, samples.Length);
        Assert.Equal(samples, SyntheticSpeech.Create(1, TimeSpan.FromSeconds(2)));
        Assert.NotEqual(samples, SyntheticSpeech.Create(2, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Syllables_and_pauses_alternate_within_full_scale()
    {
        float[] samples = SyntheticSpeech.Create(3, TimeSpan.FromSeconds(5));
        var levels = samples.Chunk(400).Select(part => Math.Sqrt(part.Average(x => x * x))).ToList();
        Assert.InRange(samples.Max(Math.Abs), 0.2f, 0.6f);
        Assert.InRange(levels.Count(level => level < 0.005), 10, levels.Count / 2);
        Assert.InRange(levels.Count(level => level > 0.03), levels.Count / 3, levels.Count);
    }
}
