using System.Diagnostics.CodeAnalysis;
using OpenCvSharp.Internal;

namespace OpenCvSharp;

public static partial class Cv2
{
    /// <summary>Decodes a picture file in memory.</summary>
    /// <returns>The picture; <see cref="Mat.Empty"/> where the bytes are none.</returns>
    public static unsafe Mat ImDecode(ReadOnlySpan<byte> span, ImreadModes flags)
    {
        fixed (byte* bytes = span)
        {
            // OpenCV asserts on no bytes at all; to the caller they are no picture like any other bytes.
            if (span.IsEmpty) return new Mat();
            NativeMethods.Check(NativeMethods.ImDecode(bytes, span.Length, (int)flags, out var handle));
            return new Mat(handle);
        }
    }

    /// <summary>Decodes a picture file in memory.</summary>
    /// <returns>The picture; <see cref="Mat.Empty"/> where the bytes are none.</returns>
    public static Mat ImDecode(byte[] buf, ImreadModes flags) => ImDecode(buf.AsSpan(), flags);

    /// <summary>Encodes a picture.</summary>
    /// <param name="ext">Format, as the ending of a file's name: <c>.jpg</c>, <c>.png</c>.</param>
    /// <param name="img">The picture, BGR or gray.</param>
    /// <param name="buf">Receives the file's bytes.</param>
    /// <param name="prms">Settings in pairs: <see cref="ImwriteFlags"/>, value.</param>
    /// <returns>True; what can't be encoded throws.</returns>
    /// <exception cref="OpenCVException">No such format, or the picture's type isn't one that the format has.</exception>
    public static unsafe bool ImEncode(string ext, InputArray img, [NotNull] out byte[] buf, int[]? prms = null)
    {
        nint bytes;
        fixed (int* parameters = prms)
            NativeMethods.Check(NativeMethods.ImEncode(ext, img.Mat.Handle, parameters, prms?.Length ?? 0, out bytes));
        try
        {
            NativeMethods.Check(NativeMethods.BytesView(bytes, out var data, out var length));
            buf = new ReadOnlySpan<byte>((void*)data, checked((int)length)).ToArray();
            return true;
        }
        finally
        {
            _ = NativeMethods.BytesDelete(bytes);
        }
    }

    /// <summary>Encodes a picture.</summary>
    /// <inheritdoc cref="ImEncode(string, InputArray, out byte[], int[])"/>
    public static void ImEncode(string ext, InputArray img, out byte[] buf, params ImageEncodingParam[] prms) =>
        ImEncode(ext, img, out buf, [.. prms.SelectMany(parameter => new[] { (int)parameter.EncodingId, parameter.Value })]);
}
