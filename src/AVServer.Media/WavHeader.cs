using System.Buffers.Binary;

namespace AVServer.Media;

/// <summary>What a WAV file's header says.</summary>
/// <param name="Tag">Format of its samples, that of the extension where there is one.</param>
/// <param name="SampleRateHz">Samples a second and channel.</param>
/// <param name="Channels">Samples beside each other.</param>
/// <param name="ContainerBits">Bits that a sample takes.</param>
/// <param name="StatedBits">Bits of a sample that ffmpeg goes by: those that are in use.</param>
/// <param name="DataOffset">Where the samples begin.</param>
/// <param name="DataBytes">How many bytes of samples there should be; null where the writer couldn't know.</param>
/// <param name="TagOffset">Where the tag stands.</param>
internal sealed record WavHeader(
    int Tag, int SampleRateHz, int Channels, int ContainerBits, int StatedBits, long DataOffset, long? DataBytes, int TagOffset)
{
    public const int Pcm = 1;
    public const int IeeeFloat = 3;
    private const int ALaw = 6;
    private const int MuLaw = 7;
    private const int Extensible = 0xFFFE;
    private const int FormatBytes = 40;
    private const int ValidBitsOffset = 18;
    private const int SubformatOffset = 24;

    // Nobody has recorded for longer, or so much: a header that says so is no witness.
    private const double LongestSeconds = 3_650.0 * 24 * 60 * 60;
    private const long MostBytes = 1L << 60;

    /// <summary>
    /// Name of the decoder for samples that don't fill their container, which ffmpeg would read as if they were packed; null where it takes
    /// the right one.
    /// </summary>
    public string? SoundCodec => Tag == Pcm && (StatedBits + 7) / 8 * 8 != ContainerBits ? PcmCodec : null;

    /// <summary>Name of the decoder for samples of whole numbers; null where they are none.</summary>
    public string? PcmCodec => Tag == Pcm
        ? ContainerBits switch { 8 => "pcm_u8", 16 => "pcm_s16le", 24 => "pcm_s24le", 32 => "pcm_s32le", _ => null }
        : null;

    /// <summary>Whether each sample stands by itself, so that the header says all there is to know.</summary>
    public bool IsPlain => PcmCodec is not null || Tag is IeeeFloat or ALaw or MuLaw;

    /// <summary>Bytes of a second of samples.</summary>
    public long BytesPerSecond => (long)SampleRateHz * Channels * ContainerBits / 8;

    /// <summary>How many bytes the header says that there are up to the end of the samples.</summary>
    public long? Bytes => DataOffset + DataBytes;

    /// <summary>How long the header says that the sound is.</summary>
    public TimeSpan? Length => DataBytes is { } bytes && ContainerBits >= 8 && Tag is Pcm or IeeeFloat
        && (double)bytes / (ContainerBits / 8 * Channels) / SampleRateHz is <= LongestSeconds and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : null;

    /// <summary>Reads a header.</summary>
    /// <param name="head">The file's first bytes.</param>
    /// <returns>Null if it is none, or goes on behind these bytes.</returns>
    public static WavHeader? TryRead(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !(head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) || !head[8..].StartsWith("WAVE"u8)) return null;
        WavHeader? header = null;
        long? longSize = null;
        for (long at = 12; at + 8 <= head.Length;)
        {
            var chunk = head[(int)at..];
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
                return header is null ? null : header with { DataOffset = at + 8, DataBytes = longSize ?? Known(size) };
            if (chunk.StartsWith("fmt "u8)) header = ReadFormat(chunk[8..], size, (int)at + 8);
            else if (chunk.StartsWith("ds64"u8) && chunk.Length >= 24) longSize = LongSize(chunk[16..]);
            at += 8 + size + (size & 1);
        }

        return null;
    }

    private static long? LongSize(ReadOnlySpan<byte> size) =>
        BinaryPrimitives.ReadInt64LittleEndian(size) is > 0 and <= MostBytes and var stated ? stated : null;

    // Who writes to a pipe can't go back to say how much it was.
    private static long? Known(long size) => size is 0 or >= 0x7FFF_F000 ? null : size;

    private static WavHeader? ReadFormat(ReadOnlySpan<byte> body, long size, int offset)
    {
        if (size < 16 || body.Length < Math.Min(size, FormatBytes)) return null;
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        int rate = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), int.MaxValue);
        int blockBytes = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        if (tag == Extensible && size >= FormatBytes)
        {
            tag = BinaryPrimitives.ReadUInt16LittleEndian(body[SubformatOffset..]);
            offset += SubformatOffset;
            if (BinaryPrimitives.ReadUInt16LittleEndian(body[ValidBitsOffset..]) is > 0 and var valid && valid <= bits) bits = valid;
        }

        int containerBits = channels > 0 && blockBytes % channels == 0 ? blockBytes / channels * 8 : bits;
        return channels > 0 && rate > 0 ? new WavHeader(tag, rate, channels, containerBits, bits, 0, null, offset) : null;
    }
}
