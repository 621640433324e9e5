using AVServer.Contracts;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class FaceReporterTests
{
    [Fact]
    public void Still_face_is_told_once()
    {
        var told = Run(100, _ => Face(1, 0.5f));

        Assert.Equal((0L, true), (told.Single().Slot, told.Single().Event.Visible));
    }

    [Fact]
    public void Moving_face_is_told_at_most_four_times_a_second()
    {
        var told = Run(100, slot => Face(1, 0.2f + (0.005f * slot)));

        Assert.InRange(told.Count, 8, 16);
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.True(pair.Second.Slot - pair.First.Slot >= 7));
    }

    [Fact]
    public void Face_that_blinks_out_for_a_moment_is_not_gone_and_one_that_leaves_is()
    {
        var told = Run(100, slot => slot is >= 20 and < 26 or >= 50 and < 80 ? null : Face(1, 0.5f));

        Assert.Equal([(0, true), (59, false), (80, true)], told.Select(each => (each.Slot, each.Event.Visible)));
    }

    [Fact]
    public void Nobody_is_told_of_once_when_that_is_clear() =>
        Assert.Equal([(10L, false)], Run(100, _ => null).Select(each => (each.Slot, each.Event.Visible)));

    [Fact]
    public void Change_of_face_and_of_quality_is_told()
    {
        var told = Run(60, slot => Face(slot < 20 ? 1 : 2, 0.5f) with { Quality = slot < 40 ? LipQuality.Good : LipQuality.TooDark });

        Assert.Equal(
            [(0, 1, LipQuality.Good), (20, 2, LipQuality.Good), (40, 2, LipQuality.TooDark)],
            told.Select(each => (each.Slot, each.Event.Face!.Value, each.Event.Quality!.Value)));
    }

    [Fact]
    public void Delay_that_becomes_known_is_told()
    {
        var told = Run(60, slot => Face(1, 0.5f) with { Delay = slot < 30 ? null : TimeSpan.FromSeconds(0.16) });

        Assert.Equal([(0, null), (30, 0.16)], told.Select(each => (each.Slot, each.Event.Delay?.TotalSeconds)));
    }

    private static List<(long Slot, FaceEvent Event)> Run(int slots, Func<long, FaceEvent?> face)
    {
        var reporter = new FaceReporter();
        var told = new List<(long, FaceEvent)>();
        for (var slot = 0L; slot < slots; slot++)
            if (reporter.Next(slot, face(slot)) is { } happened) told.Add((slot, happened));
        return told;
    }

    private static FaceEvent Face(int id, float x) =>
        new(TimeSpan.Zero, true, id, new PictureBox(x, 0.3f, 0.2f, 0.3f), new PictureBox(x, 0.4f, 0.1f, 0.1f), LipQuality.Good, false);
}
