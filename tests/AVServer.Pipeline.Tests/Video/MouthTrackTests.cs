using AVServer.Vision;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class MouthTrackTests
{
    private readonly MouthTrack _track = new();

    [Fact]
    public void Points_that_were_not_measured_lie_between_those_beside_them_and_the_picture_says_for_itself()
    {
        Set(10, points: 1, picture: 5);
        Set(11, points: 1, picture: 7, isMeasured: false);
        Set(12, points: 3, picture: 5);
        var values = Read(10, 3);
        Assert.Equal(2, values[2][0] - values[0][0], 1e-4f);
        Assert.Equal((values[0][0] + values[2][0]) / 2, values[1][0], 1e-4f);
        Assert.True(values[1][MouthFeatures.PointValues] > values[0][MouthFeatures.PointValues]);
        Assert.Equal(values[0][MouthFeatures.PointValues], values[2][MouthFeatures.PointValues], 1e-4f);
    }

    [Fact]
    public void Slots_that_were_left_out_repeat_the_one_before_until_they_are_seen()
    {
        Set(5, points: 1);
        Set(8, points: 3);
        Assert.Equal(2, Read(8, 1)[0][0] - Read(7, 1)[0][0], 1e-4f);
        Assert.Equal(Read(5, 1)[0][0], Read(7, 1)[0][0]);
        Set(7, points: 3);
        Assert.Equal(Read(8, 1)[0][0], Read(7, 1)[0][0]);
        Assert.Equal((5L, 8L), (_track.First, _track.Latest));
    }

    [Fact]
    public void What_is_read_is_measured_from_the_talker_s_mean()
    {
        for (var slot = 0; slot < 100; slot++) Set(slot, points: slot % 2);
        Assert.Equal([-0.5f, 0.5f], Read(98, 2).Select(values => MathF.Round(values[0], 3)));
    }

    [Fact]
    public void Behind_the_last_slot_the_last_mouth_stands_and_old_ones_are_forgotten()
    {
        for (var slot = 0; slot < 2 * MouthTrack.Capacity; slot++) Set(slot, points: slot);
        Assert.Equal((long)MouthTrack.Capacity, _track.First);
        var values = Read(_track.Latest, 3);
        Assert.Equal(values[0][0], values[2][0]);
        Set(10_000, points: 1);
        Assert.Equal((10_000L, 10_000L), (_track.First, _track.Latest));
    }

    private void Set(long slot, float points, float picture = 0, bool isMeasured = true)
    {
        var raw = new float[MouthFeatures.RawValues];
        raw.AsSpan(0, MouthFeatures.PointValues).Fill(points);
        raw.AsSpan(MouthFeatures.PointValues).Fill(picture);
        _track.Set(slot, raw, isMeasured);
    }

    private float[][] Read(long first, int slots)
    {
        var values = new float[slots * MouthFeatures.Values];
        _track.Read(first, values);
        return [.. values.Chunk(MouthFeatures.Values)];
    }
}
