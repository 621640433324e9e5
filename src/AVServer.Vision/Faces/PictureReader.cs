using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Pictures as they are sent → BGR. Keeps its memory; one caller at a time, and a picture is valid until the next one.</summary>
public sealed class PictureReader : IDisposable
{
    // Wider than this, a face that can be read at all has pixels enough at half the size, and decoding costs a quarter.
    private const int HalvedFromWidth = 1280;

    private readonly Mat _frame = new();
    private readonly Mat _gray = new();
    private Mat? _decoded;

    /// <summary>Decodes a JPEG file; a wide one at half or a quarter of its size, and upright by its EXIF orientation.</summary>
    /// <param name="jpeg">The file's bytes; not kept.</param>
    /// <param name="width">Its width as the file's header states it.</param>
    /// <param name="frame">Receives the picture, owned by this object.</param>
    /// <returns>False where the bytes can't be decoded.</returns>
    public bool TryReadJpeg(ReadOnlySpan<byte> jpeg, int width, [NotNullWhen(true)] out Mat? frame)
    {
        var mode = width >= 2 * HalvedFromWidth ? ImreadModes.ReducedColor4 : width >= HalvedFromWidth ? ImreadModes.ReducedColor2
            : ImreadModes.Color;
        _decoded?.Dispose();
        _decoded = null;
        try
        {
            // OpenCvSharp refuses no bytes as an argument; to the caller they are no picture like any other bytes.
            if (!jpeg.IsEmpty) _decoded = Cv2.ImDecode(jpeg, mode);
        }
        catch (OpenCVException)
        {
            // Some damage is an error and some an empty picture: to the caller both are none.
        }
        frame = _decoded is { } decoded && !decoded.Empty() ? decoded : null;
        return frame is not null;
    }

    /// <summary>Reads rows of pixels.</summary>
    /// <param name="pixels">Rows from the top without padding; not kept.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1: luma; 3: blue, green, red.</param>
    /// <returns>The picture, owned by this object.</returns>
    /// <exception cref="ArgumentException">There are other than 1 or 3 channels, or not as many bytes as pixels.</exception>
    public Mat ReadPixels(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (channels is not (1 or 3) || width < 1 || height < 1 || pixels.Length != (long)width * height * channels)
            throw new ArgumentException(
                $"Expected a picture of {width} × {height} pixels with 1 or 3 channels, got {pixels.Length} bytes and {channels} channels.",
                nameof(pixels));
        var target = channels == 1 ? _gray : _frame;
        target.Create(height, width, MatType.CV_8UC(channels));
        pixels.CopyTo(target.AsSpan<byte>());
        if (channels == 1) Cv2.CvtColor(_gray, _frame, ColorConversionCodes.GRAY2BGR);
        return _frame;
    }

    public void Dispose()
    {
        _decoded?.Dispose();
        _frame.Dispose();
        _gray.Dispose();
    }
}
