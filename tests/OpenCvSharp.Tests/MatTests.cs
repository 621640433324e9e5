using System.Runtime.InteropServices;
using AVServer.TestKit;

namespace OpenCvSharp.Tests;

[Trait("Category", "unit")]
public sealed class MatTests
{
    [Fact]
    public void Mat_of_a_size_has_it_and_its_value_everywhere()
    {
        using var mat = new Mat(3, 5, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Assert.Equal((3, 5, 3, new Size(5, 3)), (mat.Rows, mat.Cols, mat.Channels(), mat.Size()));
        Assert.Equal(MatType.CV_8UC3, mat.Type());
        Assert.True(mat.IsContinuous());
        Assert.Equal(Enumerable.Repeat(new byte[] { 1, 2, 3 }, 15).SelectMany(pixel => pixel), mat.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Mat_over_the_callers_memory_writes_to_it()
    {
        var pixels = new byte[12];
        var pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            // Rows of 4 bytes in steps of 6: two bytes of each step stay untouched.
            using var mat = Mat.FromPixelData(2, 4, MatType.CV_8UC1, pin.AddrOfPinnedObject(), 6);
            mat.SetTo(7);
            Assert.Equal(6, mat.Step());
            Assert.False(mat.IsContinuous());
        }
        finally
        {
            pin.Free();
        }
        Assert.Equal([7, 7, 7, 7, 0, 0, 7, 7, 7, 7, 0, 0], pixels);
    }

    [Fact]
    public void Part_of_a_mat_shares_its_memory_and_its_clone_does_not()
    {
        using var whole = new Mat(4, 4, MatType.CV_8UC1, new Scalar(0));
        using var part = new Mat(whole, new Rect(1, 2, 2, 1));
        using var clone = part.Clone();
        part.SetTo(9);
        Assert.Equal(18, whole.AsSpan<byte>().ToArray().Sum(b => b));
        Assert.Equal(9, whole.At<byte>(2, 1));
        Assert.Equal([0, 0], clone.AsSpan<byte>().ToArray());
        Assert.Throws<InvalidOperationException>(() => new Mat(whole, new Rect(0, 0, 2, 2)).AsSpan<byte>().Length);
    }

    [Fact]
    public void Part_outside_of_a_mat_is_an_error_with_opencvs_words()
    {
        using var whole = new Mat(4, 4, MatType.CV_8UC1);
        var error = Assert.Throws<OpenCVException>(() => new Mat(whole, new Rect(3, 3, 2, 2)));
        Assert.True(error.Status < 0);
        Assert.Contains("roi", error.ErrMsg, StringComparison.Ordinal);
        Assert.True(error.Line > 0);
    }

    [Fact]
    public void Conversion_scales_shifts_and_saturates()
    {
        using var mat = new Mat(1, 3, MatType.CV_32FC1);
        float[] values = [-1, 0.5f, 300];
        values.CopyTo(mat.AsSpan<float>());
        using var bytes = new Mat();
        mat.ConvertTo(bytes, MatType.CV_8U, 2, 1);
        Assert.Equal([0, 2, 255], bytes.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Row_beyond_the_last_is_refused()
    {
        using var mat = new Mat(2, 2, MatType.CV_8UC1);
        Assert.Throws<ArgumentOutOfRangeException>(() => mat.AsRowSpan<byte>(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => mat.AsRowSpan<byte>(-1).Length);
    }

    [Fact]
    public void Disposed_mat_is_refused()
    {
        var mat = new Mat(2, 2, MatType.CV_8UC1);
        mat.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mat.Rows);
    }

    [Fact]
    public void Mat_that_fits_keeps_its_memory()
    {
        using var source = new Mat(8, 8, MatType.CV_8UC3, new Scalar(10, 20, 30));
        using var gray = new Mat(8, 8, MatType.CV_8UC1);
        var before = gray.Data;
        Cv2.CvtColor(source, gray, ColorConversionCodes.BGR2GRAY);
        Assert.Equal(before, gray.Data);
    }

    [Fact]
    public void Calls_in_a_loop_allocate_nothing()
    {
        using var source = new Mat(48, 64, MatType.CV_8UC3, new Scalar(10, 20, 30));
        using var small = new Mat();
        using var gray = new Mat();
        Assert.Equal(0, Allocations.LeastOf(() => { for (var i = 0; i < 100; i++) Step(); }));

        void Step()
        {
            Cv2.Resize(source, small, new Size(32, 24), interpolation: InterpolationFlags.Area);
            Cv2.CvtColor(small, gray, ColorConversionCodes.BGR2GRAY);
            _ = Cv2.Mean(gray);
        }
    }
}
