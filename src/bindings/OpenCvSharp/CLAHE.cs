using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>Contrast-limited adaptive histogram equalisation of one-channel pictures; keeps scratch memory, so one caller at a time.</summary>
public sealed class CLAHE : IDisposable
{
    private readonly ClaheHandle _handle;

    private CLAHE(ClaheHandle handle) => _handle = handle;

    /// <summary>Creates one.</summary>
    /// <param name="clipLimit">Limit of the contrast.</param>
    /// <param name="tileGridSize">Tiles that the picture is cut into; default 8×8.</param>
    public static CLAHE Create(double clipLimit = 40.0, Size? tileGridSize = null)
    {
        var tiles = tileGridSize ?? new Size(8, 8);
        NativeMethods.Check(NativeMethods.ClaheNew(clipLimit, tiles.Width, tiles.Height, out var handle));
        return new CLAHE(handle);
    }

    /// <summary>Equalises a picture.</summary>
    public void Apply(InputArray src, OutputArray dst) =>
        NativeMethods.Check(NativeMethods.ClaheApply(_handle, src.Mat.Handle, dst.Mat.Handle));

    public void Dispose() => _handle.Dispose();
}
