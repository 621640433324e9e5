namespace AVServer.Media.Mp3;

/// <summary>
/// The four bytes before each frame of MP3 at 16, 22.05 and 24 kHz, which is MPEG-2 (ISO/IEC 13818-3, and 11172-3, 2.4.1.3).
/// </summary>
/// <remarks>
/// At other rates NLayer 3.0.1 isn't always right: by 0.13 of full scale at 8 kHz, and by 0.001 in a frame of twenty seconds at 44.1 kHz.
/// </remarks>
/// <param name="SampleRateIndex">Which of three rates.</param>
/// <param name="BitrateIndex">Which of fourteen.</param>
/// <param name="Mode">How channels are stored: 0 apart, 1 together, 3 one alone.</param>
/// <param name="ModeExtension">In what way they are together.</param>
/// <param name="IsPadded">Whether it has one byte more.</param>
internal readonly record struct Mp3Header(int SampleRateIndex, int BitrateIndex, int Mode, int ModeExtension, bool IsPadded)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 4;

    /// <summary>Bytes of the longest frame: 160 kbit/s at 16 kHz.</summary>
    public const int MaxFrameBytes = 721;

    /// <summary>Samples of each channel.</summary>
    public const int Samples = 576;

    private const byte Mpeg2LayerThree = 0xF3;   // without a checksum
    private const int OneChannel = 3;
    private const int Joint = 1;
    private const int DualChannel = 2;
    private const int Intensity = 1;

    private static readonly int[] Kbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] RatesHz = [22_050, 24_000, 16_000];

    /// <summary>Samples a second and channel.</summary>
    public int SampleRateHz => RatesHz[SampleRateIndex];

    /// <summary>Bits a second.</summary>
    public int Bitrate => 1000 * Kbps[BitrateIndex];

    /// <summary>Samples beside each other.</summary>
    public int Channels => Mode == OneChannel ? 1 : 2;

    /// <summary>Bytes of the whole frame.</summary>
    public int FrameBytes => (Samples / 8 * Bitrate / SampleRateHz) + (IsPadded ? 1 : 0);

    /// <summary>Bytes of what stands between the header and the coded sound.</summary>
    public int SideBytes => Channels == 1 ? 9 : 17;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">At least four bytes.</param>
    /// <returns>Null if it is none, of another rate, or has what no encoder of today makes: a checksum, a free bitrate, intensity stereo,
    /// emphasis.</returns>
    public static Mp3Header? TryRead(ReadOnlySpan<byte> bytes)
    {
        int bitrate = bytes[2] >> 4, rate = (bytes[2] >> 2) & 3, mode = bytes[3] >> 6, extension = (bytes[3] >> 4) & 3,
            emphasis = bytes[3] & 3;
        bool isOther = bytes[0] != 0xFF || bytes[1] != Mpeg2LayerThree || bitrate is 0 or 15 || rate == 3 || mode == DualChannel
            || (mode == Joint && (extension & Intensity) != 0) || emphasis != 0;
        return isOther ? null : new Mp3Header(rate, bitrate, mode, extension, (bytes[2] & 2) != 0);
    }

    /// <summary>Whether a frame with this header may stand in one file with another.</summary>
    public bool IsLike(Mp3Header other) => SampleRateIndex == other.SampleRateIndex && Channels == other.Channels;
}
