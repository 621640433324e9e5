namespace AVServer.Media.Mp3;

/// <summary>What stands between a frame's header and its coded sound (ISO/IEC 13818-3, 2.4.1.7).</summary>
/// <param name="MainDataBegin">How many bytes before this frame its coded sound begins.</param>
/// <param name="MainDataBits">How many bits of coded sound it has.</param>
internal readonly record struct Mp3SideInfo(int MainDataBegin, int MainDataBits)
{
    private const int MaxBigValues = 288;

    /// <summary>Reads it.</summary>
    /// <param name="bytes">Behind the header.</param>
    /// <param name="header">The header.</param>
    /// <exception cref="InvalidDataException">It says what no encoder says.</exception>
    public static Mp3SideInfo Read(ReadOnlySpan<byte> bytes, Mp3Header header)
    {
        var bits = new BitReader(bytes[..header.SideBytes]);
        int begin = (int)bits.Read(8), length = 0;
        bits.Read(header.Channels);   // of nobody
        for (int channel = 0; channel < header.Channels; channel++) length += ReadChannel(ref bits);
        return new Mp3SideInfo(begin, length);
    }

    private static int ReadChannel(ref BitReader bits)
    {
        int length = (int)bits.Read(12), bigValues = (int)bits.Read(9);
        bits.Read(8 + 9);   // gain, and which scale factors there are
        bool isOther = bigValues > MaxBigValues, isSwitched = bits.Read(1) != 0;
        if (isSwitched)
        {
            uint blockType = bits.Read(2), isMixed = bits.Read(1);
            isOther |= blockType == 0 || isMixed != 0;
        }

        for (int region = isSwitched ? 1 : 0; region < 3; region++) isOther |= bits.Read(5) is 4 or 14;   // tables that don't exist
        bits.Read(isSwitched ? 9 : 7);   // gains of short blocks, or where regions end
        bits.Read(2);                    // how scale factors and small values are coded
        if (isOther) throw new InvalidDataException("Expected of an MP3 frame a description of its sound, got something else.");
        return length;
    }
}
