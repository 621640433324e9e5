namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class EmotionAggregatorTests
{
    private static readonly string[] Labels = ["angry", "happy", "neutral"];

    [Fact]
    public void First_estimate_of_an_utterance_counts_alone()
    {
        var aggregator = new EmotionAggregator(Labels, 0.5);
        aggregator.Next([0, 0, 1]);
        aggregator.Begin();

        Assert.All(
            aggregator.Next([0.8f, 0.1f, 0.1f]).ToArray().Zip([0.8f, 0.1f, 0.1f]), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void Wavering_is_smoothed_and_a_change_is_followed_at_once()
    {
        var aggregator = new EmotionAggregator(Labels, 0.5);
        for (var i = 0; i < 10; i++) aggregator.Next([0.6f, 0.2f, 0.2f]);

        Assert.Equal(0.56f, aggregator.Next([0.5f, 0.3f, 0.2f])[0], 1e-4f); // 0.4 of the way
        Assert.True(aggregator.Next([0, 1, 0])[1] > 0.8f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Smoothed_posteriors_stay_posteriors(int seed)
    {
        var random = new Random(seed);
        var aggregator = new EmotionAggregator(Labels, 0.5);
        for (var i = 0; i < 1000; i++)
        {
            if (random.Next(10) == 0) aggregator.Begin();
            float[] raw = [random.NextSingle(), random.NextSingle(), random.NextSingle()];
            var sum = raw.Sum();
            var smoothed = aggregator.Next(Array.ConvertAll(raw, value => value / sum)).ToArray();
            Assert.Equal(1, smoothed.Sum(), 1e-4f);
            Assert.All(smoothed, value => Assert.InRange(value, -1e-6f, 1 + 1e-6f));
        }
    }

    [Theory]
    [InlineData(0.7f, 0.2f, 0.1f, "angry")]
    [InlineData(0.25f, 0.5f, 0.25f, "happy")]
    [InlineData(0.34f, 0.33f, 0.33f, null)]
    [InlineData(0.49f, 0.49f, 0.02f, null)]
    public void Emotion_is_named_where_it_is_sure_enough(float angry, float happy, float neutral, string? expected) =>
        Assert.Equal(expected, new EmotionAggregator(Labels, 0.5).Name([angry, happy, neutral]));

    [Fact]
    public void Posteriors_of_another_model_are_refused() =>
        Assert.Throws<ArgumentException>(() => { new EmotionAggregator(Labels, 0.5).Next([0.5f, 0.5f]); });
}
