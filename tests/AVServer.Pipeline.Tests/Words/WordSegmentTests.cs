using AVServer.Detection;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class WordSegmentTests
{
    [Theory]
    [InlineData(1.0, 1.5, 160_000, 13_600, 28_800, 14_880, 26_880)]
    [InlineData(0.05, 0.6, 160_000, -1_600, 14_400, -320, 12_480)]
    [InlineData(1.0, 1.5, 25_000, 13_600, 25_000, 14_880, 25_000)]
    [InlineData(1.0, 9.0, 160_000, 84_800, 148_800, 84_800, 146_880)]
    [InlineData(0.0, 0.05, 800, -3_200, 800, -3_200, 800)]
    public void Segment_reaches_around_the_word_as_far_as_there_is_sound_and_less_far_in_its_tighter_cut(
        double start, double end, long available, long first, long last, long tightFirst, long tightLast)
    {
        var segment = WordSegment.Around(new WordSpan(start, end), available);
        var (at, count) = segment.Tight.GetOffsetAndLength(segment.Count);

        Assert.Equal((first, last), (segment.First, segment.First + segment.Count));
        Assert.Equal((tightFirst, tightLast), (segment.First + at, segment.First + at + count));
    }

    [Fact]
    public void Before_the_first_sample_is_silence()
    {
        float[] samples = [.. Enumerable.Range(1, 16_000).Select(sample => (float)sample)];

        var sound = WordSegment.Around(new WordSpan(0.05, 0.5), samples.Length).Extract(samples);

        Assert.All(sound[..1_600], sample => Assert.Equal(0, sample));
        Assert.Equal(samples[..12_800], sound[1_600..]);
    }
}
