namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class SpeakerClustersTests
{
    private readonly SpeakerClusters _clusters = new(8);

    [Fact]
    public void First_utterance_is_somebody_new() => Assert.Equal((0, 0), (_clusters.Find(Axis(0)), _clusters.Count));

    [Fact]
    public void Utterance_belongs_to_the_nearest_speaker()
    {
        _clusters.Add(0, Axis(0), 2);
        _clusters.Add(1, Axis(1), 2);

        Assert.Equal(0, _clusters.Find(Between(0, 1, 0.8)));
        Assert.Equal(1, _clusters.Find(Between(0, 1, 0.2)));
    }

    [Theory]
    [InlineData(0.29, 1)]
    [InlineData(0.31, 0)]
    public void Utterance_that_is_near_nobody_is_somebody_new(double cosine, int speaker)
    {
        _clusters.Add(0, Axis(0), 2);

        Assert.Equal(speaker, _clusters.Find(Between(0, 1, cosine)));
    }

    [Fact]
    public void Longer_utterances_count_more()
    {
        _clusters.Add(0, Axis(0), 1);
        _clusters.Add(0, Axis(1), 9);

        Assert.Equal(1, _clusters.Find(Axis(0)));
        Assert.Equal(0, _clusters.Find(Axis(1)));
    }

    [Fact]
    public void Who_comes_when_there_is_no_room_is_taken_for_the_nearest()
    {
        for (var speaker = 0; speaker < SpeakerClusters.MaximumSpeakers; speaker++) _clusters.Add(speaker, Axis(speaker), 1);

        Assert.Equal(2, _clusters.Find(Between(2, 6, 0.1)));
        Assert.Throws<ArgumentException>(() => _clusters.Add(SpeakerClusters.MaximumSpeakers, Axis(6), 1));
    }

    [Fact]
    public void What_is_no_vector_or_nobody_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _clusters.Find(new float[7]));
        Assert.Throws<ArgumentException>(() => _clusters.Add(0, new float[9], 1));
        Assert.Throws<ArgumentException>(() => _clusters.Add(1, Axis(0), 1));
        Assert.Throws<ArgumentException>(() => _clusters.Add(-1, Axis(0), 1));
    }

    private static float[] Axis(int axis) => Between(axis, (axis + 1) % 8, 1);

    private static float[] Between(int one, int other, double cosine)
    {
        var vector = new float[8];
        (vector[one], vector[other]) = ((float)cosine, (float)Math.Sqrt(1 - (cosine * cosine)));
        return vector;
    }
}
