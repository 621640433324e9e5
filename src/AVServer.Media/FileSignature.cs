namespace AVServer.Media;

/// <summary>Tells a media file by its first bytes, among the kinds that are let in: no playlist, no list of pictures, nothing that names other files.</summary>
internal static class FileSignature
{
    /// <summary>Bytes that <see cref="Detect"/> can make use of.</summary>
    public const int Length = 4096;

    private const int TransportPacketBytes = 188;

    /// <summary>ffmpeg's demuxer for a container that a hello may name.</summary>
    public static string DemuxerOf(string container) => container switch { "webm" or "matroska" => "matroska", "mp4" => "mov", _ => container };

    /// <summary>Names ffmpeg's demuxer for a file.</summary>
    /// <param name="head">Its first bytes, at best <see cref="Length"/>.</param>
    /// <returns>Null if the bytes are of no kind that is let in, or too few to tell.</returns>
    public static string? Detect(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        var second = head[8..];
        if (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) return second.StartsWith("WAVE"u8) ? "wav" : second.StartsWith("AVI "u8) ? "avi" : null;
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
        return DetectMpegAudio(head);
    }

    private static bool IsBaseMedia(ReadOnlySpan<byte> box) =>
        box.SequenceEqual("ftyp"u8) || box.SequenceEqual("styp"u8) || box.SequenceEqual("moov"u8) || box.SequenceEqual("moof"u8);

    private static string? DetectMpegAudio(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("ID3"u8))
        {
            // The tag's length: four bytes of seven bits (ID3v2, section 3.1). It may reach past the head; MP3 is then the likely one.
            int length = 10 + (((head[6] & 0x7F) << 21) | ((head[7] & 0x7F) << 14) | ((head[8] & 0x7F) << 7) | (head[9] & 0x7F));
            if (length + 2 > head.Length) return "mp3";
            head = head[length..];
        }

        if (head[0] != 0xFF) return null;
        if ((head[1] & 0xF6) == 0xF0) return "aac";                                  // ADTS: twelve sync bits, layer 0
        return (head[1] & 0xE0) == 0xE0 && (head[1] & 0x06) != 0 ? "mp3" : null;   // eleven sync bits, a layer
    }
}
