using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Writes square pictures into a graph's input as RGB floats, [1, side, side, 3].</summary>
internal sealed class PictureTensor : IDisposable
{
    private readonly Mat _rgb = new();
    private readonly Mat _tensor;

    /// <summary>Looks at the input's memory.</summary>
    /// <param name="address">Of the input's side · side · 3 values; borrowed, must not move.</param>
    /// <param name="side">Width and height.</param>
    public PictureTensor(nint address, int side) => _tensor = Mat.FromPixelData(side, side, MatType.CV_32FC3, address);

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
