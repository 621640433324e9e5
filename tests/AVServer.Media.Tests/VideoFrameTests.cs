using System.Buffers;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class VideoFrameTests
{
    [Fact]
    public void Pixels_are_copied_and_the_last_holder_gives_the_memory_back()
    {
        byte[] source = [1, 2, 3, 4, 5, 6];
        var picture = VideoFrame.Copy(TimeSpan.Zero, 2, 1, PixelFormat.Bgr24, new ReadOnlySequence<byte>(source));
        source[0] = 9;
        Assert.Equal([1, 2, 3, 4, 5, 6], picture.Pixels.ToArray());

        picture.Hold();
        picture.Release();
        picture.Release();
        Assert.Throws<InvalidOperationException>(picture.Release);
    }
}
