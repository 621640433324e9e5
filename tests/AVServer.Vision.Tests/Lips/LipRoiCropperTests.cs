using OpenCvSharp;

namespace AVServer.Vision.Tests.Lips;

[Trait("Category", "unit")]
public sealed class LipRoiCropperTests
{
    [Fact]
    public void Crop_at_the_pictures_own_scale_is_the_pictures_pixels()
    {
        using var frame = Ramp(200, 160);
        using var cropper = new LipRoiCropper();
        var rgb = new byte[112 * 112 * 3];
        cropper.CropColour(frame, new LipRoi(new Point2f(30 + 56, 20 + 56), 112), rgb);
        for (var y = 0; y < 112; y++)
            for (var x = 0; x < 112; x++)
                Assert.Equal(
                    ((byte)(20 + y), (byte)(30 + x), (byte)7),
                    (rgb[((y * 112) + x) * 3], rgb[(((y * 112) + x) * 3) + 1], rgb[(((y * 112) + x) * 3) + 2]));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(192)]
    [InlineData(200)]
    public void Gray_crop_of_a_slope_keeps_it_at_every_scale(float width)
    {
        // A slope along x stays a slope: out pixel i shows the place left + (i + 0.5) · width / 64, less the half pixel to the first
        // centre.
        using var frame = new Mat(256, 256, MatType.CV_8UC3);
        for (var y = 0; y < 256; y++)
            for (var x = 0; x < 256; x++)
                for (var c = 0; c < 3; c++) frame.RowSpan<byte>(y)[(3 * x) + c] = (byte)x;
        using var cropper = new LipRoiCropper();
        var gray = new byte[64 * 64];
        cropper.CropGray(frame, new LipRoi(new Point2f(128, 128), width), gray);
        for (var i = 0; i < 64; i++)
            Assert.Equal(128 - (width / 2) + ((i + 0.5f) * width / 64) - 0.5f, gray[(32 * 64) + i], 1.1f);
    }

    [Fact]
    public void Large_roi_is_averaged_not_sampled()
    {
        // Columns of black and white, one pixel each: sampling would give stripes.
        using var frame = new Mat(512, 512, MatType.CV_8UC3);
        for (var y = 0; y < 512; y++)
            for (var x = 0; x < 512; x++) frame.RowSpan<byte>(y).Slice(3 * x, 3).Fill((byte)(x % 2 * 255));
        using var cropper = new LipRoiCropper();
        var gray = new byte[64 * 64];
        cropper.CropGray(frame, new LipRoi(new Point2f(256, 256), 256), gray);
        Assert.All(gray, value => Assert.InRange(value, 120, 135));
    }

    [Fact]
    public void Outside_of_the_picture_repeats_its_edge()
    {
        using var frame = new Mat(50, 50, MatType.CV_8UC3, new Scalar(90, 90, 90));
        using var cropper = new LipRoiCropper();
        var gray = new byte[64 * 64];
        cropper.CropGray(frame, new LipRoi(new Point2f(0, 25), 60), gray);
        Assert.All(gray, value => Assert.Equal(90, value));
    }

    [Fact]
    public void Wrong_sizes_and_kinds_are_refused()
    {
        using var frame = new Mat(50, 50, MatType.CV_8UC3, new Scalar(0));
        using var plane = new Mat(50, 50, MatType.CV_8UC1, new Scalar(0));
        using var none = new Mat();
        using var cropper = new LipRoiCropper();
        var roi = new LipRoi(new Point2f(25, 25), 20);
        var gray = new byte[64 * 64];
        Assert.Throws<ArgumentException>(() => cropper.CropGray(frame, roi, new byte[10]));
        Assert.Throws<ArgumentException>(() => cropper.CropColour(frame, roi, gray));
        Assert.Throws<ArgumentException>(() => cropper.CropGray(plane, roi, gray));
        Assert.Throws<ArgumentException>(() => cropper.CropGray(none, roi, gray));
        Assert.Throws<ArgumentException>(() => cropper.CropGray(frame, roi with { Width = 0 }, gray));
        Assert.Throws<ArgumentException>(() => cropper.CropGray(frame, roi with { Width = float.NaN }, gray));
    }

    /// <summary>Blue 7, green the column, red the row.</summary>
    private static Mat Ramp(int width, int height)
    {
        var frame = new Mat(height, width, MatType.CV_8UC3);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var pixel = frame.RowSpan<byte>(y).Slice(3 * x, 3);
                (pixel[0], pixel[1], pixel[2]) = (7, (byte)x, (byte)y);
            }
        return frame;
    }
}
