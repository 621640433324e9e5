using System.Buffers.Binary;

namespace AVServer.Media.Raw;

/// <summary>Reads the size of a JPEG picture from its frame header, without decoding it.</summary>
internal static class JpegHeader
{
    /// <summary>Looks for the frame header (SOF marker, ITU-T T.81 B.2.2).</summary>
    /// <returns>False if the bytes are not a JPEG file or end before its frame header.</returns>
    public static bool TryReadSize(ReadOnlySpan<byte> jpeg, out int width, out int height)
    {
        width = height = 0;
        if (jpeg.Length < 4 || jpeg[0] != 0xFF || jpeg[1] != 0xD8) return false;
        int at = 2;
        while (at + 4 <= jpeg.Length)
        {
            if (jpeg[at] != 0xFF) return false;
            byte marker = jpeg[at + 1];
            if (marker == 0xFF)
            {
                at++;   // fill byte
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (IsFrameHeader(marker))
            {
                if (length < 8 || at + 9 > jpeg.Length) return false;
                height = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 5)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 7)..]);
                return width > 0 && height > 0;
            }

            if (length < 2 || marker is 0xD9 or 0xDA) return false;   // end of image or scan data before any frame header
            at += 2 + length;
        }

        return false;
    }

    // SOF0 to SOF15 but for DHT (C4), JPG (C8) and DAC (CC), which share the range.
    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
