using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class LipTrackTests : IDisposable
{
    private const int Window = 8;

    private readonly TemporaryFolder _models = new();
    private readonly StreamingModel _lips;
    private readonly DynamicBatcher _encoder;

    public LipTrackTests()
    {
        var fake = new FakeAudioVisual { RoiSize = 8, LipFeatures = 1 };
        fake.Write(_models.Path);
        _lips = StreamingModel.LoadLips(ModelStore.Open(_models.Path).Get(fake.Name));
        _encoder = new DynamicBatcher(_lips, new RuntimeOptions(), TimeProvider.System);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _lips.Dispose();
        _models.Dispose();
    }

    [Fact]
    public async Task Window_has_the_features_of_its_own_slots()
    {
        var track = Track(slots: 40, slot => slot);

        Assert.Equal((int[])[.. Enumerable.Range(22, Window)], await ReadAsync(track, end: 30));
        Assert.Equal((int[])[.. Enumerable.Range(26, Window)], await ReadAsync(track, end: 34));
    }

    [Fact]
    public async Task Features_do_not_depend_on_when_they_were_asked_for()
    {
        var often = Track(slots: 0, slot => slot);
        var once = Track(slots: 0, slot => slot);
        for (var slot = 0; slot < 300; slot++)
        {
            often.Set(slot, Moment(slot % 97));
            once.Set(slot, Moment(slot % 97));
            if (slot > 20 && slot % 3 == 0) await ReadAsync(often, slot - 1);
        }

        Assert.Equal(await ReadAsync(once, 299), await ReadAsync(often, 299));
    }

    [Fact]
    public async Task First_and_last_stand_where_there_is_nothing_before_and_after()
    {
        var track = new LipTrack(_encoder, channels: 1, measures: 1);
        for (var slot = 100; slot < 103; slot++) track.Set(slot, Moment(slot));

        Assert.Equal((int[])[100, 100, 100, 100, 100, 100, 101, 102], await ReadAsync(track, end: 103));
        Assert.Equal((int[])[100, 100, 100, 101, 102, 102, 102, 102], await ReadAsync(track, end: 106));
    }

    [Fact]
    public async Task Slots_left_out_repeat_the_one_before()
    {
        var track = Track(slots: 10, slot => slot);
        track.Set(13, Moment(13));
        for (var slot = 14; slot < 20; slot++) track.Hold(slot);

        Assert.Equal((int[])[8, 9, 9, 9, 9, 13, 13, 13], await ReadAsync(track, end: 16));
    }

    [Fact]
    public async Task Slot_that_only_repeated_another_can_be_seen_after_all()
    {
        var track = Track(slots: 20, slot => slot);
        for (var slot = 20; slot < 24; slot++) track.Hold(slot);
        await ReadAsync(track, end: 22);
        for (var slot = 20; slot < 24; slot++) track.Set(slot, Moment(slot));

        Assert.Equal((int[])[.. Enumerable.Range(14, Window)], await ReadAsync(track, end: 22));
    }

    [Fact]
    public async Task Lips_that_stand_still_are_not_encoded_again()
    {
        var track = Track(slots: 20, slot => slot);
        for (var slot = 20; slot < 60; slot++) track.Hold(slot);
        await ReadAsync(track, end: 58);
        _encoder.Dispose();   // whoever encodes now fails

        track.Hold(60);
        track.Hold(61);

        Assert.All(await ReadAsync(track, end: 60), value => Assert.Equal(19, value));
        track.Set(62, Moment(62));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(track, end: 61));
    }

    [Fact]
    public async Task Measures_that_were_not_taken_lie_between_those_beside_them()
    {
        var track = new LipTrack(_encoder, channels: 1, measures: 1);
        foreach (var (slot, measure) in new (long, float?)[] { (0, 2), (1, null), (2, 4), (3, null), (4, null), (5, 1), (6, null),
            (7, null) })
            track.Set(slot, new LipMoment(new byte[64], measure is { } taken ? [taken] : null));

        var window = new float[2 * Window];
        await track.ReadAsync(Window, window, CancellationToken.None);

        Assert.Equal([2, 3, 4, 3, 2, 1, 1, 1], window.Chunk(2).Select(moment => moment[1]), (one, other) => Math.Abs(one - other) < 1e-5f);
    }

    [Fact]
    public async Task Long_absence_begins_afresh()
    {
        var track = Track(slots: 10, slot => slot);
        await ReadAsync(track, 8);
        for (var slot = 1000; slot < 1006; slot++) track.Set(slot, Moment(slot % 256));

        Assert.Equal((int[])[232, 232, 232, 232, 232, 233, 234, 235], await ReadAsync(track, end: 1004));
    }

    private LipTrack Track(int slots, Func<int, int> brightness)
    {
        var track = new LipTrack(_encoder, channels: 1, measures: 1);
        for (var slot = 0; slot < slots; slot++) track.Set(slot, Moment(brightness(slot)));
        return track;
    }

    private static async Task<int[]> ReadAsync(LipTrack track, long end)
    {
        var window = new float[2 * Window];
        await track.ReadAsync(end, window, CancellationToken.None);
        int[][] values = [.. window.Select(value => (int)Math.Round(value * 255)).Chunk(2)];
        // The measure stands beside the feature of its own slot.
        Assert.All(values, value => Assert.Equal(value[0], value[1]));
        return [.. values.Select(value => value[0])];
    }

    private static LipMoment Moment(int brightness) => new([.. Enumerable.Repeat((byte)brightness, 64)], [(byte)brightness / 255f]);
}
