namespace AVServer.Media;

/// <summary>
/// Tells a media file by its first bytes, among the kinds that are let in: no playlist, no list of pictures, nothing that names other
/// files.
/// </summary>
internal static class FileSignature
{
    /// <summary>Bytes that <see cref="Detect"/> can make use of.</summary>
    public const int Length = 64 << 10;

    /// <summary>Bytes that <see cref="TagLength"/> needs.</summary>
    public const int TagHeaderBytes = 10;

    private const int TransportPacketBytes = 188;

    /// <summary>ffmpeg's demuxer for a container that a hello may name.</summary>
    public static string DemuxerOf(string container) =>
        container switch { "webm" or "matroska" => "matroska", "mp4" => "mov", _ => container };

    /// <summary>Names ffmpeg's demuxer for a file.</summary>
    /// <param name="head">Its first bytes, behind its ID3 tags, at best <see cref="Length"/>.</param>
    /// <returns>Null if the bytes are of no kind that is let in, or too few to tell.</returns>
    public static string? Detect(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        var second = head[8..];
        if (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8))
            return second.StartsWith("WAVE"u8) ? "wav" : second.StartsWith("AVI "u8) ? "avi" : null;
        if (head.StartsWith("FORM"u8)) return second.StartsWith("AIFF"u8) || second.StartsWith("AIFC"u8) ? "aiff" : null;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return "matroska";
        if (head.StartsWith("OggS"u8)) return "ogg";
        if (head.StartsWith("fLaC"u8)) return "flac";
        if (head.StartsWith("caff"u8)) return "caf";
        if (head.StartsWith("#!AMR"u8)) return "amr";
        if (head.StartsWith(".snd"u8)) return "au";
        if (head.StartsWith("FLV\u0001"u8)) return "flv";
        if (IsBaseMedia(head[4..8])) return "mov";
        if (head[0] == 0x47 && head.Length > TransportPacketBytes && head[TransportPacketBytes] == 0x47) return "mpegts";
        return MpegAudioFrame.Detect(head);
    }

    /// <summary>
    /// How long an ID3 tag is at the beginning of a file, or of what stands behind another such tag: programs put one before any kind of
    /// file.
    /// </summary>
    /// <param name="head">At least <see cref="TagHeaderBytes"/> bytes.</param>
    /// <returns>Its length; 0 if there is none.</returns>
    public static long TagLength(ReadOnlySpan<byte> head)
    {
        if (head.Length < TagHeaderBytes || !head.StartsWith("ID3"u8)) return 0;
        // Four bytes of seven bits, and a footer if a flag says so (ID3v2.4, sections 3.1 and 3.4).
        int length = ((head[6] & 0x7F) << 21) | ((head[7] & 0x7F) << 14) | ((head[8] & 0x7F) << 7) | (head[9] & 0x7F);
        return TagHeaderBytes + length + ((head[5] & 0x10) != 0 ? TagHeaderBytes : 0);
    }

    private static bool IsBaseMedia(ReadOnlySpan<byte> box) =>
        box.SequenceEqual("ftyp"u8) || box.SequenceEqual("styp"u8) || box.SequenceEqual("moov"u8) || box.SequenceEqual("moof"u8)
        || box.SequenceEqual("mdat"u8) || box.SequenceEqual("wide"u8);
}
