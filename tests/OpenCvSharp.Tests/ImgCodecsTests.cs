namespace OpenCvSharp.Tests;

[Trait("Category", "unit")]
public sealed class ImgCodecsTests
{
    [Fact]
    public void Png_comes_back_as_it_was()
    {
        using var picture = Gradient();
        Cv2.ImEncode(".png", picture, out var file);
        using var back = Cv2.ImDecode(file, ImreadModes.Color);
        Assert.Equal(picture.AsSpan<byte>().ToArray(), back.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Jpeg_comes_back_nearly_and_smaller_at_lower_quality()
    {
        using var picture = Gradient();
        Cv2.ImEncode(".jpg", picture, out var fine, new ImageEncodingParam(ImwriteFlags.JpegQuality, 95));
        Cv2.ImEncode(".jpg", picture, out var coarse, [(int)ImwriteFlags.JpegQuality, 30]);
        using var back = Cv2.ImDecode(fine, ImreadModes.Color);
        using var difference = new Mat();
        Cv2.Absdiff(picture, back, difference);
        Assert.InRange(Cv2.Mean(difference).Val0, 0, 2);
        Assert.True(coarse.Length < fine.Length);
    }

    [Fact]
    public void Reduced_gray_decoding_halves_the_size()
    {
        using var picture = Gradient();
        Cv2.ImEncode(".jpg", picture, out var file);
        using var back = Cv2.ImDecode(file, ImreadModes.ReducedGrayscale2);
        Assert.Equal((new Size(32, 24), 1), (back.Size(), back.Channels()));
    }

    [Fact]
    public void Bytes_that_are_no_picture_give_an_empty_mat()
    {
        using var garbage = Cv2.ImDecode([1, 2, 3, 4, 5], ImreadModes.Color);
        using var nothing = Cv2.ImDecode([], ImreadModes.Color);
        Assert.True(garbage.Empty());
        Assert.True(nothing.Empty());
    }

    [Fact]
    public void Unknown_format_is_an_error()
    {
        using var picture = Gradient();
        Assert.Throws<OpenCVException>(() => Cv2.ImEncode(".nosuchformat", picture, out _));
    }

    private static Mat Gradient()
    {
        var picture = new Mat(48, 64, MatType.CV_8UC3);
        var pixels = picture.AsSpan<byte>();
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / 192 * 2) + (i % 192));
        return picture;
    }
}
