namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class CircumplexTests
{
    private static readonly string[] Labels = ["angry", "happy", "sad", "neutral"];

    [Theory]
    [InlineData(0, -1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(2, -1, -1)]
    [InlineData(3, 0, 0)]
    public void Emotions_lie_in_their_quarters_and_neutral_in_the_middle(int label, int valence, int arousal)
    {
        var posteriors = new float[4];
        posteriors[label] = 1;

        var (v, a) = new Circumplex(Labels).Of(posteriors)!.Value;

        Assert.Equal((valence, arousal), (Math.Sign(v), Math.Sign(a)));
        Assert.Equal(label == 3 ? 0 : 1, Math.Sqrt((v * v) + (a * a)), 1e-5);
    }

    [Fact]
    public void Doubt_lies_between()
    {
        var circumplex = new Circumplex(Labels);
        var (happy, sad) = (circumplex.Of([0, 1, 0, 0])!.Value, circumplex.Of([0, 0, 1, 0])!.Value);

        var both = circumplex.Of([0, 0.25f, 0.75f, 0])!.Value;

        Assert.Equal((0.25f * happy.Valence) + (0.75f * sad.Valence), both.Valence, 1e-6f);
        Assert.Equal((0.25f * happy.Arousal) + (0.75f * sad.Arousal), both.Arousal, 1e-6f);
    }

    [Fact]
    public void Emotion_without_a_place_leaves_none_for_the_others() =>
        Assert.Null(new Circumplex(["angry", "disgust"]).Of([0.5f, 0.5f]));

    [Fact]
    public void Wrong_number_of_posteriors_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Circumplex(Labels).Of([1]));
}
