using System.Buffers.Binary;

namespace AVServer.Media.Mp3;

/// <summary>What an encoder says of the whole file, in a frame of its own before the others: Xing's and LAME's header.</summary>
/// <param name="Frames">How many frames follow.</param>
/// <param name="Bytes">How many bytes all frames have, this one included; null where it doesn't say.</param>
/// <param name="Delay">Samples that the encoder put before the sound; null where it doesn't say.</param>
/// <param name="Padding">Samples that it put behind.</param>
internal sealed record Mp3Tag(long Frames, long? Bytes, int? Delay, int Padding)
{
    /// <summary>Samples by which a decoder is late.</summary>
    public const int DecoderDelay = 528 + 1;

    private const uint HasFrames = 1;
    private const uint HasBytes = 2;
    private const uint HasIndex = 4;
    private const uint HasQuality = 8;
    private const int IndexBytes = 100;
    private const int DelayOffset = 21;   // behind the encoder's name

    /// <summary>Whether a frame is such a tag, of any kind.</summary>
    public static bool IsTag(ReadOnlySpan<byte> frame, Mp3Header header)
    {
        var body = frame[(Mp3Header.Bytes + header.SideBytes)..];
        return body.StartsWith("Xing"u8) || body.StartsWith("Info"u8) || IsFraunhofer(frame);
    }

    /// <summary>Reads a tag.</summary>
    /// <returns>Null if it doesn't say how many frames there are.</returns>
    public static Mp3Tag? TryRead(ReadOnlySpan<byte> frame, Mp3Header header)
    {
        var rest = frame[(Mp3Header.Bytes + header.SideBytes + 4)..];
        if (IsFraunhofer(frame) || rest.Length < 4) return null;
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(rest);
        int frames = 4, bytes = frames + 4, length = bytes + ((flags & HasBytes) != 0 ? 4 : 0)
            + ((flags & HasIndex) != 0 ? IndexBytes : 0) + ((flags & HasQuality) != 0 ? 4 : 0);
        if ((flags & HasFrames) == 0 || rest.Length < length) return null;
        var tag = new Mp3Tag(
            BinaryPrimitives.ReadUInt32BigEndian(rest[frames..]),
            (flags & HasBytes) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(rest[bytes..]) : null, null, 0);
        var encoder = rest[length..];
        // Of others ffmpeg doesn't believe it.
        bool isKnown = encoder.StartsWith("LAME"u8) || encoder.StartsWith("Lavf"u8) || encoder.StartsWith("Lavc"u8);
        if (!isKnown || encoder.Length < DelayOffset + 3) return isKnown ? null : tag;
        int delays = (encoder[DelayOffset] << 16) | (encoder[DelayOffset + 1] << 8) | encoder[DelayOffset + 2];
        return tag with { Delay = delays >> 12, Padding = delays & 0xFFF };
    }

    private static bool IsFraunhofer(ReadOnlySpan<byte> frame) => frame.Length >= 40 && frame[36..].StartsWith("VBRI"u8);
}
