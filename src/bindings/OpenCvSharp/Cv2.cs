using System.Runtime.InteropServices;
using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>OpenCV's functions; names, parameters and defaults are the package's.</summary>
public static partial class Cv2
{
    /// <summary>OpenCV's version, e.g. <c>4.6.0</c>.</summary>
    public static string? GetVersionString()
    {
        NativeMethods.Check(NativeMethods.GetVersion(out var version));
        return Marshal.PtrToStringUTF8(version);
    }

    /// <summary>How many threads one call may use, for the whole process; 1 is right where many streams run beside each other.</summary>
    public static void SetNumThreads(int nThreads) => NativeMethods.Check(NativeMethods.SetNumThreads(nThreads));

    /// <summary>How many threads one call may use.</summary>
    public static int GetNumThreads()
    {
        NativeMethods.Check(NativeMethods.GetNumThreads(out var threads));
        return threads;
    }

    /// <summary>Mean of each channel, over the pixels where <paramref name="mask"/> is not 0.</summary>
    public static Scalar Mean(InputArray src, InputArray? mask = null)
    {
        var maskMat = mask?.MatOrNull;
        NativeMethods.Check(NativeMethods.Mean(src.Mat.Handle, maskMat?.Handle.DangerousGetHandle() ?? 0, out var mean));
        GC.KeepAlive(maskMat);
        return mean;
    }

    /// <summary>Mean and standard deviation of each channel.</summary>
    public static void MeanStdDev(InputArray src, out Scalar mean, out Scalar stddev) =>
        NativeMethods.Check(NativeMethods.MeanStdDev(src.Mat.Handle, out mean, out stddev));

    /// <summary>Mirrors a picture.</summary>
    public static void Flip(InputArray src, OutputArray dst, FlipMode flipCode) =>
        NativeMethods.Check(NativeMethods.Flip(src.Mat.Handle, dst.Mat.Handle, (int)flipCode));

    /// <summary>Turns a picture by quarter turns.</summary>
    public static void Rotate(InputArray src, OutputArray dst, RotateFlags rotateCode) =>
        NativeMethods.Check(NativeMethods.Rotate(src.Mat.Handle, dst.Mat.Handle, (int)rotateCode));

    /// <summary>|first − second|, pixel by pixel.</summary>
    public static void Absdiff(InputArray src1, InputArray src2, OutputArray dst) =>
        NativeMethods.Check(NativeMethods.AbsDiff(src1.Mat.Handle, src2.Mat.Handle, dst.Mat.Handle));

    /// <summary>Puts pictures of one height and type side by side.</summary>
    public static unsafe void HConcat(IEnumerable<Mat> src, OutputArray dst)
    {
        var parts = src.ToArray();
        var handles = Array.ConvertAll(parts, mat => mat.Handle.DangerousGetHandle());
        fixed (nint* first = handles) NativeMethods.Check(NativeMethods.HConcat(first, handles.Length, dst.Mat.Handle));
        GC.KeepAlive(parts);
    }
}
