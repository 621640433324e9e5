using AVServer.Contracts;
using AVServer.Server.Streams;

namespace AVServer.Server.Tests.Streams;

[Trait("Category", "unit")]
public sealed class ChunkQueueTests
{
    private readonly List<GapEvent> _gaps = [];

    [Fact]
    public async Task Pictures_of_a_live_sender_are_bounded_by_bytes_too()
    {
        var queue = Queue(isLive: true);
        for (var i = 0; i < 7; i++) await queue.WriteAsync(Picture(i, 300));
        queue.Complete();
        Assert.Equal([4, 5, 6], await TimesOfAsync(queue));   // a thousand bytes
        var gap = Assert.Single(_gaps);
        Assert.Equal((MediaKind.Video, GapReason.DroppedWhenBusy, TimeSpan.Zero), (gap.Kind, gap.Reason, gap.Start));
        Assert.Equal(TimeSpan.FromSeconds(4), gap.Duration);
    }

    [Fact]
    public async Task Sender_that_is_not_live_waits_for_room_for_his_pictures()
    {
        var queue = Queue(isLive: false);
        await queue.WriteAsync(Picture(0, 600));
        var waiting = queue.WriteAsync(Picture(1, 600)).AsTask();
        Assert.False(waiting.IsCompleted);
        await using var reading = queue.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await reading.MoveNextAsync());
        Assert.True(await waiting);
        Assert.Empty(_gaps);
    }

    [Fact]
    public async Task Picture_that_is_larger_than_all_that_may_wait_is_taken_alone()
    {
        var queue = Queue(isLive: false);
        await queue.WriteAsync(Picture(0, 5_000));
        queue.Complete();
        Assert.Equal([0], await TimesOfAsync(queue));
    }

    private ChunkQueue Queue(bool isLive) =>
        new(maxChunks: 4, maxBytes: 1_000, maxPictures: 5, maxPictureBytes: 1_000, _ => isLive, _gaps.Add);

    private static MediaChunk Picture(int seconds, int bytes) => new(MediaKind.Video, TimeSpan.FromSeconds(seconds), new byte[bytes]);

    private static async Task<IEnumerable<int>> TimesOfAsync(ChunkQueue queue)
    {
        var times = new List<int>();
        await foreach (var chunk in queue.ReadAllAsync()) times.Add((int)chunk.Time.TotalSeconds);
        return times;
    }
}
