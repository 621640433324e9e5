using OpenCvSharp;

namespace AVServer.Vision.Tests.Faces;

[Trait("Category", "unit")]
public sealed class PictureReaderTests : IDisposable
{
    private readonly PictureReader _reader = new();

    public void Dispose() => _reader.Dispose();

    [Theory]
    [InlineData(640, 480, 1)]
    [InlineData(1280, 720, 2)]
    [InlineData(2560, 1440, 4)]
    public void Jpeg_is_read_smaller_the_wider_it_is(int width, int height, int shrunk)
    {
        using var picture = new Mat(height, width, MatType.CV_8UC3, new Scalar(30, 90, 200));
        Cv2.ImEncode(".jpg", picture, out var file);

        Assert.True(_reader.TryReadJpeg(file, width, out var frame));

        Assert.Equal((new Size(width / shrunk, height / shrunk), MatType.CV_8UC3), (frame.Size(), frame.Type()));
        var mean = Cv2.Mean(frame);
        Assert.InRange(Math.Max(Math.Abs(mean.Val0 - 30), Math.Max(Math.Abs(mean.Val1 - 90), Math.Abs(mean.Val2 - 200))), 0, 2);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0, 16 })]
    public void Bytes_that_are_no_picture_are_none(byte[] bytes)
    {
        Assert.False(_reader.TryReadJpeg(bytes, 640, out var frame));
        Assert.Null(frame);
    }

    [Fact]
    public void Luma_becomes_gray_in_three_channels()
    {
        var frame = _reader.ReadPixels([10, 20, 30, 40, 50, 60], 3, 2, 1);

        Assert.Equal([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40, 50, 50, 50, 60, 60, 60], frame.AsSpan<byte>().ToArray());
        Assert.Throws<ArgumentException>(() => _reader.ReadPixels([1, 2, 3], 3, 2, 1));
    }
}
