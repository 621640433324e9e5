using System.Buffers.Binary;
using System.Text;

namespace AVServer.Media.Flac;

/// <summary>What stands before a file's frames (RFC 9639, section 8).</summary>
/// <param name="MaxBlockSize">Most samples of a frame and channel.</param>
/// <param name="SampleRateHz">Samples a second and channel.</param>
/// <param name="Channels">Samples beside each other: one or two.</param>
/// <param name="SampleBits">Bits of a sample.</param>
/// <param name="Samples">How many there are, of each channel; null where the writer couldn't know.</param>
internal sealed record FlacStreamInfo(int MaxBlockSize, int SampleRateHz, int Channels, int SampleBits, long? Samples)
{
    private const int MinBlockSize = 16;
    private const int MinSampleBits = 4;

    // A float holds no more.
    private const int MaxSampleBits = 24;
    private const int MaxBlocks = 128;

    // Of text; there is no end of what may be written about a piece of music, and somewhere between it may stand what is looked for.
    private const int MaxCommentBytes = 64 << 10;
    private const int InfoBytes = 34;
    private const int InfoType = 0;
    private const int CommentType = 4;
    private const int LastType = 6;

    // Places of channels in the room; where they stand, even two may be no left and right.
    private static readonly byte[] ChannelMask = "CHANNEL_MASK"u8.ToArray();

    /// <summary>Most bytes of a frame of which the samples stand as they are: no encoder makes larger ones.</summary>
    /// <remarks>The difference of two channels has a bit more. A header takes up to 16 bytes, one of a channel up to 5.</remarks>
    public int MaxFrameBytes => ((MaxBlockSize * Channels * (SampleBits + 1)) / 8) + 32;

    /// <summary>Reads it.</summary>
    /// <param name="file">At the beginning of the stream; left at its first frame.</param>
    /// <exception cref="InvalidDataException">It is none, or has what is left to ffmpeg.</exception>
    public static FlacStreamInfo Read(Stream file)
    {
        Span<byte> head = stackalloc byte[4];
        Fill(file, head);
        if (!head.SequenceEqual("fLaC"u8)) throw Unusual("a stream");
        FlacStreamInfo? info = null;
        for (int count = 0; count < MaxBlocks; count++)
        {
            Fill(file, head);
            int type = head[0] & 0x7F, length = (int)(BinaryPrimitives.ReadUInt32BigEndian(head) & 0xFF_FFFF);
            if (type > LastType || (type == InfoType) != (info is null)) throw Unusual("blocks that are known, in order");
            if (type == InfoType) info = ReadInfo(file, length);
            else if (type == CommentType) CheckComment(file, length);
            else file.Seek(length, SeekOrigin.Current);
            if (head[0] >= 0x80) return info!;
        }

        throw Unusual($"at most {MaxBlocks} blocks");
    }

    private static FlacStreamInfo ReadInfo(Stream file, int length)
    {
        if (length != InfoBytes) throw Unusual("a description of the stream");
        Span<byte> bytes = stackalloc byte[InfoBytes];
        Fill(file, bytes);
        int least = BinaryPrimitives.ReadUInt16BigEndian(bytes), most = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        ulong rest = BinaryPrimitives.ReadUInt64BigEndian(bytes[10..]);
        var (rate, channels, bits) = ((int)(rest >> 44), (int)((rest >> 41) & 7) + 1, (int)((rest >> 36) & 31) + 1);
        long samples = (long)(rest & 0xF_FFFF_FFFF);
        if (least < MinBlockSize || most < least || rate == 0 || channels > 2 || bits is < MinSampleBits or > MaxSampleBits)
            throw Unusual("one or two channels of 4 to 24 bits");
        return new FlacStreamInfo(most, rate, channels, bits, samples == 0 ? null : samples);
    }

    private static void CheckComment(Stream file, int length)
    {
        if (length > MaxCommentBytes) throw Unusual("a comment of some length");
        var text = new byte[length];
        Fill(file, text);
        if (Encoding.Latin1.GetString(text).Contains(Encoding.Latin1.GetString(ChannelMask), StringComparison.OrdinalIgnoreCase))
            throw Unusual("channels without places");
    }

    private static void Fill(Stream file, Span<byte> bytes)
    {
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw Unusual("more of its beginning");
    }

    private static InvalidDataException Unusual(string expected) => new($"Expected of a FLAC file {expected}, got something else.");
}
