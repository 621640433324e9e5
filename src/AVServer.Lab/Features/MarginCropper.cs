using System.Runtime.InteropServices;
using AVServer.Lab.Data;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Features;

/// <summary>Cuts the lip ROI with a margin: its middle 64×64 pixels are those that serving cuts.</summary>
/// <remarks>
/// The colour form is 112 pixels wide. Asked for a square 112/64 as wide as the ROI it has the gray form's scale and grid, with 24 pixels
/// of surroundings, of which 16 are kept.
/// </remarks>
internal sealed class MarginCropper : IDisposable
{
    private const int Wide = LipRoiCropper.ColourSize;
    private const int Skip = (Wide - LipRecording.Side) / 2;
    private readonly LipRoiCropper _cropper = new();
    private readonly byte[] _rgb = GC.AllocateArray<byte>(Wide * Wide * 3, pinned: true);
    private readonly Mat _colour;
    private readonly Mat _gray = new();

    public MarginCropper() => _colour = Mat.FromPixelData(Wide, Wide, MatType.CV_8UC3, Marshal.UnsafeAddrOfPinnedArrayElement(_rgb, 0));

    /// <summary>[<see cref="LipRecording.Side"/>, <see cref="LipRecording.Side"/>], luma, in new memory.</summary>
    public byte[] Crop(Mat frame, in LipRoi roi)
    {
        _cropper.CropColour(frame, roi with { Width = roi.Width * Wide / LipRoiCropper.GraySize }, _rgb);
        Cv2.CvtColor(_colour, _gray, ColorConversionCodes.RGB2GRAY);
        var wide = _gray.AsSpan<byte>();
        var result = new byte[LipRecording.PictureBytes];
        for (var y = 0; y < LipRecording.Side; y++)
            wide.Slice(((y + Skip) * Wide) + Skip, LipRecording.Side).CopyTo(result.AsSpan(y * LipRecording.Side));
        return result;
    }

    public void Dispose()
    {
        _cropper.Dispose();
        _colour.Dispose();
        _gray.Dispose();
    }
}
