using System.Numerics;

namespace AVServer.Media.Flac;

/// <summary>What a frame says of itself (RFC 9639, section 9.1).</summary>
/// <param name="BlockSize">Samples of each channel.</param>
/// <param name="IsFixed">Whether all frames but the last are of one size; <paramref name="Number"/> counts frames then, else
/// samples.</param>
/// <param name="Number">Of the frame, or of its first sample.</param>
/// <param name="Stereo">How two channels are stored.</param>
internal readonly record struct FlacFrameHeader(int BlockSize, bool IsFixed, long Number, FlacStereo Stereo)
{
    private const uint Sync = 0b111_1111_1111_1100;   // the last of its bits says how frames are counted
    private const int MaxNumberBytes = 7;
    private const int OneChannel = 0;
    private const int TwoChannels = 1;

    private static readonly int[] Rates = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    private static readonly int[] SampleBits = [0, 8, 12, -1, 16, 20, 24, 32];

    /// <summary>Reads a header.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="bits">At its beginning; left behind the header.</param>
    /// <param name="info">What the stream says.</param>
    /// <exception cref="InvalidDataException">It is none, or isn't what the stream says.</exception>
    public static FlacFrameHeader Read(ReadOnlySpan<byte> frame, ref BitReader bits, FlacStreamInfo info)
    {
        if (bits.Read(15) != Sync) throw Unusual("the beginning of a frame");
        bool isFixed = bits.Read(1) == 0;
        int sizeCode = (int)bits.Read(4), rateCode = (int)bits.Read(4), channelCode = (int)bits.Read(4), bitsCode = (int)bits.Read(3);
        if (bits.Read(1) != 0) throw Unusual("a zero");
        long number = ReadNumber(ref bits, isFixed ? MaxNumberBytes - 1 : MaxNumberBytes);
        int size = sizeCode switch
        {
            0 => throw Unusual("a size"),
            1 => 192,
            <= 5 => 144 << sizeCode,
            6 => (int)bits.Read(8) + 1,
            7 => (int)bits.Read(16) + 1,
            _ => 1 << sizeCode,
        };
        int rate = rateCode switch
        {
            0 => info.SampleRateHz,
            12 => (int)bits.Read(8) * 1000,
            13 => (int)bits.Read(16),
            14 => (int)bits.Read(16) * 10,
            15 => throw Unusual("a rate"),
            _ => Rates[rateCode],
        };
        int sum = bits.Position / 8;
        if (bits.Read(8) != FlacChecksum.OfHeader(frame[..sum])) throw Unusual("a header with its checksum");
        bool isOfStream = rate == info.SampleRateHz && (bitsCode == 0 || SampleBits[bitsCode] == info.SampleBits)
            && (channelCode == OneChannel) == (info.Channels == 1) && channelCode is <= TwoChannels or 8 or 9 or 10;
        if (!isOfStream || size > info.MaxBlockSize) throw Unusual("samples as the stream says they are");
        return new FlacFrameHeader(size, isFixed, number, channelCode <= TwoChannels ? FlacStereo.Independent : (FlacStereo)channelCode);
    }

    // As UTF-8 has characters, of up to 36 bits.
    private static long ReadNumber(ref BitReader bits, int maxBytes)
    {
        uint first = bits.Read(8);
        int length = BitOperations.LeadingZeroCount(~(first << 24));
        if (length == 0) return first;
        if (length == 1 || length > maxBytes) throw Unusual("a number");
        long number = first & (0x7F >> length);
        for (int i = 1; i < length; i++)
        {
            if (bits.Read(2) != 0b10) throw Unusual("a number");
            number = (number << 6) | bits.Read(6);
        }

        return number;
    }

    private static InvalidDataException Unusual(string expected) => new($"Expected of a FLAC frame {expected}, got something else.");
}

/// <summary>How two channels are stored; the numbers are those of the format.</summary>
internal enum FlacStereo
{
    /// <summary>Each for itself.</summary>
    Independent = 1,

    /// <summary>The left one, and left less right.</summary>
    LeftSide = 8,

    /// <summary>Left less right, and the right one.</summary>
    SideRight = 9,

    /// <summary>Their mean without its lowest bit, and left less right, which has the same lowest bit as the sum.</summary>
    MidSide = 10,
}
