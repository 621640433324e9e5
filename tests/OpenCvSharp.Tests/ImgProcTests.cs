namespace OpenCvSharp.Tests;

[Trait("Category", "unit")]
public sealed class ImgProcTests
{
    [Fact]
    public void Gray_is_the_weighted_sum_of_bgr()
    {
        using var picture = new Mat(2, 2, MatType.CV_8UC3, new Scalar(50, 100, 200));
        using var gray = new Mat();
        Cv2.CvtColor(picture, gray, ColorConversionCodes.BGR2GRAY);
        // ITU-R BT.601: 0.114 B + 0.587 G + 0.299 R
        Assert.Equal((0.114 * 50) + (0.587 * 100) + (0.299 * 200), gray.At<byte>(0, 0), 1.0);
    }

    [Fact]
    public void Area_resize_takes_the_mean()
    {
        using var picture = new Mat(2, 4, MatType.CV_8UC1);
        new byte[] { 0, 10, 100, 200, 20, 30, 100, 200 }.CopyTo(picture.AsSpan<byte>());
        using var half = new Mat();
        Cv2.Resize(picture, half, new Size(2, 1), interpolation: InterpolationFlags.Area);
        Assert.Equal([15, 150], half.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Resize_by_factors_follows_from_an_empty_size()
    {
        using var picture = new Mat(10, 20, MatType.CV_8UC1, new Scalar(4));
        using var half = new Mat();
        Cv2.Resize(picture, half, default, 0.5, 0.5);
        Assert.Equal(new Size(10, 5), half.Size());
    }

    [Theory]
    [InlineData(InterpolationFlags.Linear, 1, 2)]
    [InlineData(InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, 3, 0)]
    public void Warp_moves_a_pixel_along_or_against_the_matrix(InterpolationFlags flags, int x, int y)
    {
        using var picture = new Mat(4, 4, MatType.CV_8UC1, new Scalar(0));
        picture.AsRowSpan<byte>(1)[2] = 90;
        using var move = new Mat(2, 3, MatType.CV_64FC1);
        new double[] { 1, 0, -1, 0, 1, 1 }.CopyTo(move.AsSpan<double>());
        using var moved = new Mat();
        Cv2.WarpAffine(picture, moved, move, new Size(4, 4), flags);
        Assert.Equal(90, moved.At<byte>(y, x));
        Assert.Equal(90, moved.AsSpan<byte>().ToArray().Sum(b => b));
    }

    [Fact]
    public void Warp_fills_the_outside_as_told()
    {
        using var picture = new Mat(2, 2, MatType.CV_8UC1, new Scalar(50));
        using var far = new Mat(2, 3, MatType.CV_64FC1);
        new double[] { 1, 0, 10, 0, 1, 0 }.CopyTo(far.AsSpan<double>());
        using var warped = new Mat();
        Cv2.WarpAffine(picture, warped, far, new Size(2, 2), borderValue: new Scalar(8));
        Assert.All(warped.AsSpan<byte>().ToArray(), value => Assert.Equal(8, value));
        Cv2.WarpAffine(picture, warped, far, new Size(2, 2), borderMode: BorderTypes.Replicate);
        Assert.All(warped.AsSpan<byte>().ToArray(), value => Assert.Equal(50, value));
    }

    [Fact]
    public void Rotation_matrix_is_that_of_the_formula()
    {
        using var matrix = Cv2.GetRotationMatrix2D(new Point2f(10, 20), 30, 2);
        var (alpha, beta) = (2 * Math.Cos(Math.PI / 6), 2 * Math.Sin(Math.PI / 6));
        double[] expected = [alpha, beta, ((1 - alpha) * 10) - (beta * 20), -beta, alpha, (beta * 10) + ((1 - alpha) * 20)];
        Assert.All(expected.Zip(matrix.AsSpan<double>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Affine_transform_maps_three_points()
    {
        using var matrix = Cv2.GetAffineTransform([new(0, 0), new(1, 0), new(0, 1)], [new(5, 7), new(7, 7), new(5, 10)]);
        Assert.All(new double[] { 2, 0, 5, 0, 3, 7 }.Zip(matrix.AsSpan<double>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Throws<ArgumentException>(() => Cv2.GetAffineTransform([new(0, 0)], [new(0, 0)]));
    }

    [Fact]
    public void Equalisation_spreads_a_narrow_histogram()
    {
        using var picture = new Mat(16, 16, MatType.CV_8UC1);
        var pixels = picture.AsSpan<byte>();
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(100 + (i % 16));
        using var spread = new Mat();
        Cv2.EqualizeHist(picture, spread);
        Assert.Equal((0, 255), (spread.AsSpan<byte>().ToArray().Min(), spread.AsSpan<byte>().ToArray().Max()));

        using var clahe = Cv2.CreateCLAHE(2, new Size(4, 4));
        clahe.Apply(picture, spread);
        Cv2.MeanStdDev(picture, out _, out var before);
        Cv2.MeanStdDev(spread, out _, out var after);
        Assert.True(after.Val0 > before.Val0);
    }

    [Fact]
    public void Equalisation_of_colour_is_an_error()
    {
        using var picture = new Mat(4, 4, MatType.CV_8UC3, new Scalar(1, 2, 3));
        using var spread = new Mat();
        Assert.Throws<OpenCVException>(() => Cv2.EqualizeHist(picture, spread));
    }

    [Fact]
    public void Flip_rotate_and_concatenate_move_pixels()
    {
        using var row = new Mat(1, 3, MatType.CV_8UC1);
        new byte[] { 1, 2, 3 }.CopyTo(row.AsSpan<byte>());
        using var result = new Mat();
        Cv2.Flip(row, result, FlipMode.Y);
        Assert.Equal([3, 2, 1], result.AsSpan<byte>().ToArray());
        Cv2.Rotate(row, result, RotateFlags.Rotate90Clockwise);
        Assert.Equal(new Size(1, 3), result.Size());
        Cv2.HConcat([row, row], result);
        Assert.Equal([1, 2, 3, 1, 2, 3], result.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Blur_keeps_the_mean_and_laplacian_of_a_flat_picture_is_zero()
    {
        using var picture = new Mat(9, 9, MatType.CV_8UC1, new Scalar(40));
        using var result = new Mat();
        Cv2.GaussianBlur(picture, result, new Size(3, 3), 0);
        Assert.Equal(40, Cv2.Mean(result).Val0);
        Cv2.Laplacian(picture, result, MatType.CV_32F);
        Assert.Equal(0, Cv2.Mean(result).Val0);
    }

    [Fact]
    public void Mean_can_be_taken_under_a_mask()
    {
        using var picture = new Mat(1, 2, MatType.CV_8UC1);
        new byte[] { 10, 30 }.CopyTo(picture.AsSpan<byte>());
        using var mask = new Mat(1, 2, MatType.CV_8UC1);
        new byte[] { 0, 1 }.CopyTo(mask.AsSpan<byte>());
        Assert.Equal(20, Cv2.Mean(picture).Val0);
        Assert.Equal(30, Cv2.Mean(picture, mask).Val0);
    }

    [Fact]
    public void Version_is_of_opencv_4() => Assert.StartsWith("4.", Cv2.GetVersionString(), StringComparison.Ordinal);
}
