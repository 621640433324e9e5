using AVServer.Media;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class PictureGridTests
{
    [Theory]
    [InlineData(25)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(10)]
    public void Every_slot_has_the_nearest_picture(double fps)
    {
        var grid = new PictureGrid();
        TimeSpan[] times = [.. Enumerable.Range(0, (int)(2 * fps) + 1).Select(i => TimeSpan.FromSeconds(i / fps))];
        foreach (var time in times) grid.Add(Picture(time));

        for (var slot = 0; slot <= 50; slot++)
        {
            Assert.True(grid.Knows(slot));
            var picture = grid.At(slot);
            Assert.NotNull(picture);
            Assert.Equal(times.Min(time => (time - VideoGrid.TimeOf(slot)).Duration()), (picture.Time - VideoGrid.TimeOf(slot)).Duration());
        }
        Assert.False(grid.Knows(51));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pictures_at_any_times_give_the_nearest_one_and_few_wait(int seed)
    {
        var random = new Random(seed);
        var grid = new PictureGrid();
        var (time, slot, times) = (TimeSpan.Zero, 0L, new List<TimeSpan>());
        for (var i = 0; i < 3_000; i++)
        {
            time += random.Next(5) == 0 ? TimeSpan.FromMilliseconds(random.Next(200)) : TimeSpan.FromMicroseconds(random.Next(1, 3_000));
            times.Add(time);
            grid.Add(Picture(time));
            if (random.Next(50) != 0) continue;
            for (; grid.Knows(slot); slot++)
            {
                var nearest = times.Min(t => (t - VideoGrid.TimeOf(slot)).Duration());
                var got = grid.At(slot) is { } picture ? (picture.Time - VideoGrid.TimeOf(slot)).Duration() : (TimeSpan?)null;
                Assert.Equal(nearest <= PictureGrid.Reach ? nearest : null, got);
            }
        }
    }

    [Fact]
    public void Pictures_a_microsecond_apart_do_not_pile_up()
    {
        var grid = new PictureGrid();
        for (var i = 0; i < 1_000_000; i++) grid.Add(Picture(TimeSpan.FromMicroseconds(i)));
        Assert.InRange(grid.Waiting, 1, 25 + 3);
    }

    [Fact]
    public void Slot_without_a_picture_near_enough_is_empty()
    {
        var grid = new PictureGrid();
        grid.Add(Picture(TimeSpan.Zero));
        grid.Add(Picture(TimeSpan.FromMilliseconds(400)));

        Assert.Equal([0, 1, 9, 10, 11], Enumerable.Range(0, 13).Where(slot => grid.At(slot) is not null));
    }

    [Fact]
    public void Picture_may_stand_in_several_slots_and_is_the_same_one()
    {
        var grid = new PictureGrid();
        var picture = Picture(TimeSpan.FromMilliseconds(40));
        grid.Add(picture);

        Assert.All(Enumerable.Range(0, 3), slot => Assert.Same(picture, grid.At(slot)));
    }

    [Fact]
    public void Picture_that_is_not_later_is_left_out()
    {
        var grid = new PictureGrid();
        var first = Picture(TimeSpan.FromMilliseconds(80));
        grid.Add(first);
        grid.Add(Picture(TimeSpan.FromMilliseconds(80)));
        grid.Add(Picture(TimeSpan.FromMilliseconds(40)));

        Assert.Same(first, grid.At(1));
        Assert.Same(first, grid.At(2));
        Assert.Null(grid.Next);
    }

    [Fact]
    public void Pictures_are_held_as_long_as_a_slot_can_have_them()
    {
        var grid = new PictureGrid();
        VideoFrame[] pictures = [.. Enumerable.Range(0, 3).Select(i => Picture(VideoGrid.TimeOf(i)))];
        foreach (var picture in pictures) grid.Add(picture);
        grid.At(0);
        Assert.True(IsHeld(pictures[0]));
        grid.At(1);
        Assert.False(IsHeld(pictures[0]));
        Assert.True(IsHeld(pictures[1]));
        var late = Picture(TimeSpan.Zero);
        grid.Add(late);
        Assert.False(IsHeld(late));

        // Only a picture that somebody holds can be released; then it is held again.
        static bool IsHeld(VideoFrame picture)
        {
            var held = Record.Exception(picture.Release) is null;
            picture.Hold();
            return held;
        }
    }

    [Theory]
    [InlineData(0.0199, 0)]
    [InlineData(0.02, 1)]
    [InlineData(0.0601, 2)]
    [InlineData(3600, 90_000)]
    public void Time_belongs_to_the_nearest_slot(double seconds, long slot) =>
        Assert.Equal(slot, VideoGrid.Nearest(TimeSpan.FromSeconds(seconds)));

    private static VideoFrame Picture(TimeSpan time) => new(time, 1, 1, PixelFormat.Gray8, new byte[1]);
}
