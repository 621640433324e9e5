namespace AVServer.Detection.Tests.Words;

/// <summary>How like recordings a stretch is.</summary>
[Trait("Category", "unit")]
public sealed class WordExamplesTests
{
    private static readonly PhoneStates States =
        new(["SIL", "AA", "B"], new HashSet<string> { "SIL" }, [[0], [1], [2]], [[0], [1], [2]], [], [1, 1, 1]);

    [Fact]
    public void Parts_hold_the_mean_score_of_each_phone()
    {
        var history = new PhoneScoreHistory(States);
        for (var frame = 0; frame < 10; frame++) history.Accept([frame, 2 * frame, 1]);
        // Frames 2 to 9 in parts of two.
        float[] expected = [2.5f, 5, 1, 4.5f, 9, 1, 6.5f, 13, 1, 8.5f, 17, 1];
        Assert.Equal(expected, WordExamples.Embed(history, 2, 9));
        Assert.Equal(expected.Length, WordExamples.EmbeddingDim(States));
    }

    [Fact]
    public void Stretch_of_fewer_frames_than_parts_has_each_frame_where_it_is()
    {
        var history = new PhoneScoreHistory(States);
        for (var frame = 0; frame < 2; frame++) history.Accept([frame, 0, 0]);
        Assert.Equal([0f, 0f, 1f, 1f], WordExamples.Embed(history, 0, 1).Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Likeness_is_the_mean_of_the_nearest_and_of_all_cosines_seen_from_other_speech()
    {
        // Seen from (1, 1) the examples lie along the axes.
        var examples = new WordExamples([[3, 1], [1, 5]], [[0, 2], [2, 0]]);
        Assert.Equal((1 + 0.5f) / 2, examples.Similarity([9, 1]), 1e-6);
        Assert.Equal((0 - 0.5f) / 2, examples.Similarity([-1, 1]), 1e-6);
        Assert.Equal(0, examples.Similarity([1, 1]), 1e-6);
    }

    [Fact]
    public void Same_stretch_at_another_level_of_all_scores_is_as_like_as_before_in_order()
    {
        var examples = new WordExamples([[1, 0, 0]], [[0, 0, 0]]);
        Assert.True(examples.Similarity([1, 0.2f, 0]) > examples.Similarity([1, 0.9f, 0]));
        Assert.Equal(examples.Similarity([1, 0.2f, 0]), examples.Similarity([10, 2, 0]), 1e-6);
    }

    [Fact]
    public void Nothing_to_compare_with_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new WordExamples([], [[1]]));
        Assert.Throws<ArgumentException>(() => new WordExamples([[1]], []));
        Assert.Throws<ArgumentException>(() => new WordExamples([[1, 2]], [[1, 2]]).Similarity([1]));
    }
}
