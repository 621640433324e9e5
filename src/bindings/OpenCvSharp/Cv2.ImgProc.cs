using OpenCvSharp.Internal;

namespace OpenCvSharp;

public static partial class Cv2
{
    /// <summary>Converts colours.</summary>
    /// <param name="src">Source.</param>
    /// <param name="dst">Receives the result, same size and depth.</param>
    /// <param name="code">From what to what.</param>
    /// <param name="dstCn">Channels of the result; 0: what the code says.</param>
    public static void CvtColor(InputArray src, OutputArray dst, ColorConversionCodes code, int dstCn = 0) =>
        NativeMethods.Check(NativeMethods.CvtColor(src.Mat.Handle, dst.Mat.Handle, (int)code, dstCn));

    /// <summary>Resizes to <paramref name="dsize"/>, or by the factors where that is 0×0.</summary>
    public static void Resize(InputArray src, OutputArray dst, Size dsize, double fx = 0, double fy = 0, InterpolationFlags interpolation = InterpolationFlags.Linear) =>
        NativeMethods.Check(NativeMethods.Resize(src.Mat.Handle, dst.Mat.Handle, dsize.Width, dsize.Height, fx, fy, (int)interpolation));

    /// <summary>Warps by a 2×3 matrix of doubles that maps source to destination, or the other way with <see cref="InterpolationFlags.WarpInverseMap"/>.</summary>
    /// <param name="src">Source.</param>
    /// <param name="dst">Receives the result, same type.</param>
    /// <param name="m">The matrix; pixel centres have whole coordinates.</param>
    /// <param name="dsize">Size of the result.</param>
    /// <param name="flags">How values between pixels are found.</param>
    /// <param name="borderMode">What lies outside the source.</param>
    /// <param name="borderValue">Value outside with <see cref="BorderTypes.Constant"/>; default black.</param>
    public static void WarpAffine(
        InputArray src,
        OutputArray dst,
        InputArray m,
        Size dsize,
        InterpolationFlags flags = InterpolationFlags.Linear,
        BorderTypes borderMode = BorderTypes.Constant,
        Scalar? borderValue = null) =>
        NativeMethods.Check(NativeMethods.WarpAffine(src.Mat.Handle, dst.Mat.Handle, m.Mat.Handle, dsize.Width, dsize.Height, (int)flags, (int)borderMode, borderValue ?? default));

    /// <summary>The 2×3 matrix that turns around a point and scales.</summary>
    /// <param name="center">Stays where it is.</param>
    /// <param name="angle">Degrees, counter-clockwise as seen on the screen.</param>
    /// <param name="scale">Factor.</param>
    public static Mat GetRotationMatrix2D(Point2f center, double angle, double scale)
    {
        NativeMethods.Check(NativeMethods.GetRotationMatrix2D(center.X, center.Y, angle, scale, out var m));
        return new Mat(m);
    }

    /// <summary>The 2×3 matrix that maps three points to three others.</summary>
    public static unsafe Mat GetAffineTransform(IEnumerable<Point2f> src, IEnumerable<Point2f> dst)
    {
        Point2f[] from = [.. src], to = [.. dst];
        if (from.Length != 3 || to.Length != 3)
            throw new ArgumentException($"Expected three points each, got {from.Length} and {to.Length}.");
        fixed (Point2f* s = from, d = to)
        {
            NativeMethods.Check(NativeMethods.GetAffineTransform(s, d, out var m));
            return new Mat(m);
        }
    }

    /// <summary>Spreads the histogram of a one-channel picture.</summary>
    public static void EqualizeHist(InputArray src, OutputArray dst) =>
        NativeMethods.Check(NativeMethods.EqualizeHist(src.Mat.Handle, dst.Mat.Handle));

    /// <summary>Blurs; a kernel of 0×0 follows from the deviations.</summary>
    public static void GaussianBlur(InputArray src, OutputArray dst, Size ksize, double sigmaX, double sigmaY = 0, BorderTypes borderType = BorderTypes.Default) =>
        NativeMethods.Check(NativeMethods.GaussianBlur(src.Mat.Handle, dst.Mat.Handle, ksize.Width, ksize.Height, sigmaX, sigmaY, (int)borderType));

    /// <summary>Sum of the second derivatives.</summary>
    public static void Laplacian(InputArray src, OutputArray dst, MatType ddepth, int ksize = 1, double scale = 1, double delta = 0, BorderTypes borderType = BorderTypes.Default) =>
        NativeMethods.Check(NativeMethods.Laplacian(src.Mat.Handle, dst.Mat.Handle, ddepth, ksize, scale, delta, (int)borderType));

    /// <summary>Creates a <see cref="CLAHE"/>.</summary>
    public static CLAHE CreateCLAHE(double clipLimit = 40.0, Size? tileGridSize = null) => CLAHE.Create(clipLimit, tileGridSize);
}
