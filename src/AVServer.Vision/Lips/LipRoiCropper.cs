using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Cuts lip ROIs out of pictures at the sizes that the visual models take. Keeps its memory; one caller at a time.</summary>
/// <remarks>Training and serving cut with this same code.</remarks>
public sealed class LipRoiCropper : IDisposable
{
    /// <summary>Side of the colour form, <c>flcma-base</c>'s.</summary>
    public const int ColourSize = 112;

    /// <summary>Side of the gray form, the small preset's.</summary>
    public const int GraySize = 64;

    // Beyond this a face fills many pictures, and the landmarks are wrong.
    private const int MaxShrink = 16;

    private readonly double[] _matrix = GC.AllocateArray<double>(6, pinned: true);
    private readonly Mat _matrixMat;
    private readonly Mat _crop = new();
    private readonly Mat _large = new();
    private readonly Mat _converted = new();

    /// <summary>Makes its memory.</summary>
    public LipRoiCropper() => _matrixMat = Mat.FromPixelData(2, 3, MatType.CV_64FC1, Marshal.UnsafeAddrOfPinnedArrayElement(_matrix, 0));

    /// <summary>Cuts the colour form.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="roi">Where the lips are; what lies beyond the picture repeats its edge.</param>
    /// <param name="rgb">Receives [112, 112, 3], red first, 0 to 255.</param>
    /// <exception cref="ArgumentException">The picture isn't BGR, the ROI has no width, or the receiver's length is another.</exception>
    public void CropColour(Mat frame, in LipRoi roi, Span<byte> rgb) => Crop(frame, roi, ColourSize, 3, rgb);

    /// <summary>Cuts the gray form.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="roi">Where the lips are; what lies beyond the picture repeats its edge.</param>
    /// <param name="gray">Receives [64, 64], luma (ITU-R BT.601), 0 to 255.</param>
    /// <exception cref="ArgumentException">The picture isn't BGR, the ROI has no width, or the receiver's length is another.</exception>
    public void CropGray(Mat frame, in LipRoi roi, Span<byte> gray) => Crop(frame, roi, GraySize, 1, gray);

    /// <summary>Cuts the form that a model states.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="roi">Where the lips are; what lies beyond the picture repeats its edge.</param>
    /// <param name="side">Width and height of the form.</param>
    /// <param name="channels">1: luma (ITU-R BT.601); 3: red, green, blue.</param>
    /// <param name="pixels">Receives [side, side, channels], 0 to 255.</param>
    /// <exception cref="ArgumentException">The picture isn't BGR, the ROI has no width, there are other than 1 or 3 channels, or the
    /// receiver's length is another.</exception>
    public void Crop(Mat frame, in LipRoi roi, int side, int channels, Span<byte> pixels)
    {
        if (channels is not (1 or 3)) throw new ArgumentException($"Expected 1 or 3 channels, got {channels}.", nameof(channels));
        Crop(frame, roi, side, side * side * channels, pixels.Length);
        Cv2.CvtColor(_crop, _converted, channels == 1 ? ColorConversionCodes.BGR2GRAY : ColorConversionCodes.BGR2RGB);
        _converted.AsSpan<byte>().CopyTo(pixels);
    }

    public void Dispose()
    {
        _matrixMat.Dispose();
        _crop.Dispose();
        _large.Dispose();
        _converted.Dispose();
    }

    private void Crop(Mat frame, in LipRoi roi, int side, int expected, int got)
    {
        Pictures.RequireBgr(frame);
        if (got != expected) throw new ArgumentException($"Expected room for {expected} bytes, got {got}.");
        if (!(roi.Width > 0) || !float.IsFinite(roi.Width + roi.Centre.X + roi.Centre.Y))
            throw new ArgumentException($"Expected a lip ROI with a width, got {roi}.", nameof(roi));

        // A warp looks at four pixels only: one that shrinks by two or more would skip some. So it goes to a multiple of the size, and
        // means over it follow.
        var multiple = Math.Clamp((int)(roi.Width / side), 1, MaxShrink);
        Warp(frame, roi, multiple == 1 ? _crop : _large, side * multiple);
        if (multiple > 1) Cv2.Resize(_large, _crop, new Size(side, side), interpolation: InterpolationFlags.Area);
    }

    private void Warp(Mat frame, in LipRoi roi, Mat target, int side)
    {
        // Pixel i's centre lies at left + (i + 0.5) · scale; OpenCV counts from centres, hence the halves.
        var scale = roi.Width / side;
        _matrix[0] = _matrix[4] = scale;
        _matrix[2] = roi.Centre.X - (roi.Width / 2) + (scale / 2) - 0.5;
        _matrix[5] = roi.Centre.Y - (roi.Width / 2) + (scale / 2) - 0.5;
        Cv2.WarpAffine(
            frame, target, _matrixMat, new Size(side, side), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap,
            BorderTypes.Replicate);
    }
}
