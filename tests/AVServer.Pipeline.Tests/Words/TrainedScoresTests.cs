using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline.Tests.Words;

/// <summary>What trained models say counts for a typed word of the same name that ends where theirs does.</summary>
[Trait("Category", "unit")]
public sealed class TrainedScoresTests
{
    [Fact]
    public void The_highest_score_of_the_keyword_near_the_end_counts()
    {
        var scores = new TrainedScores();
        scores.Add(new TrainedScore("computer", 0.3f, 4.7));
        scores.Add(new TrainedScore("computer", 0.9f, 4.9));
        scores.Add(new TrainedScore("jarvis", 0.99f, 5));
        scores.Add(new TrainedScore("computer", 0.95f, 5.5));

        Assert.Equal(0.9f, scores.Highest("computer", 5));
        Assert.Equal(0.99f, scores.Highest("jarvis", 5.3));
        Assert.Equal(0, scores.Highest("computer", 6));
        Assert.Equal(0, scores.Highest("hey computer", 5));
    }

    [Fact]
    public void What_is_long_ago_or_of_another_track_is_forgotten()
    {
        var scores = new TrainedScores();
        scores.Add(new TrainedScore("computer", 0.9f, 1));
        scores.Add(new TrainedScore("computer", 0.5f, 12));
        Assert.Equal(0.5f, Assert.Single(scores.Remembered).Posterior);
        Assert.Equal(0, scores.Highest("computer", 1));

        scores.Clear();
        Assert.Equal(0, scores.Highest("computer", 12));
    }

    [Fact]
    public void Stored_speech_is_weighed_as_a_stream_is()
    {
        var model = new FusedModel(new ModelReference("trained", "1.0.0"), [new StoredScore(100, 0.5f), new StoredScore(110, 0.98201376f)]);

        // 0.4 s are 13 outputs of 30 ms.
        Assert.Equal(0, model.GainAt(86));
        Assert.Equal(2, model.GainAt(87), 1e-4f);
        Assert.Equal(4, model.GainAt(100), 1e-4f);
        Assert.Equal(4, model.GainAt(123), 1e-4f);
        Assert.Equal(0, model.GainAt(124));
        Assert.Equal(ScoreFusion.Gain(0.5f), new FusedModel(model.Model, [model.Stored[0]]).GainAt(100));
    }
}
