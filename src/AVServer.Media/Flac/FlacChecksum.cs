namespace AVServer.Media.Flac;

/// <summary>Checksums of frames (RFC 9639, sections 9.1.8 and 9.3).</summary>
internal static class FlacChecksum
{
    private const int HeaderPolynomial = 0x07;
    private const int FramePolynomial = 0x8005;

    private static readonly ushort[] HeaderTable = Table(HeaderPolynomial, bits: 8);
    private static readonly ushort[] FrameTable = Table(FramePolynomial, bits: 16);

    /// <summary>The CRC-8 of a frame's header.</summary>
    public static byte OfHeader(ReadOnlySpan<byte> header)
    {
        int sum = 0;
        foreach (byte each in header) sum = HeaderTable[sum ^ each];
        return (byte)sum;
    }

    /// <summary>The CRC-16 of a frame; 0 of one with its checksum behind it.</summary>
    public static ushort OfFrame(ReadOnlySpan<byte> frame)
    {
        int sum = 0;
        foreach (byte each in frame) sum = ((sum << 8) ^ FrameTable[(sum >> 8) ^ each]) & 0xFFFF;
        return (ushort)sum;
    }

    private static ushort[] Table(int polynomial, int bits)
    {
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int sum = i << (bits - 8);
            for (int bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (((sum >> (bits - 1)) & 1) * polynomial);
            table[i] = (ushort)(sum & ((1 << bits) - 1));
        }

        return table;
    }
}
