using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Writes square pictures into a graph's input as RGB floats, [1, side, side, 3].</summary>
internal sealed class PictureTensor : IDisposable
{
    private readonly Mat _rgb = new();
    private readonly Mat _tensor;

    /// <summary>Looks at the input's memory.</summary>
    /// <param name="values">The input; pinned.</param>
    /// <param name="side">Width and height.</param>
    public PictureTensor(float[] values, int side)
    {
        if (values.Length != side * side * 3) throw new ArgumentException($"Expected {side * side * 3} values, got {values.Length}.", nameof(values));
        _tensor = Mat.FromPixelData(side, side, MatType.CV_32FC3, Marshal.UnsafeAddrOfPinnedArrayElement(values, 0));
    }

    /// <summary>Writes scale · value + offset for each value of a BGR picture.</summary>
    public void Write(Mat bgr, double scale, double offset)
    {
        Cv2.CvtColor(bgr, _rgb, ColorConversionCodes.BGR2RGB);
        _rgb.ConvertTo(_tensor, MatType.CV_32F, scale, offset);
    }

    public void Dispose()
    {
        _rgb.Dispose();
        _tensor.Dispose();
    }
}
