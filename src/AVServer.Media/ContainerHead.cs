using System.Buffers.Binary;

namespace AVServer.Media;

/// <summary>How much of a container must be there before it is known how to decode it.</summary>
internal static class ContainerHead
{
    /// <summary>Most bytes that are waited for.</summary>
    public const int MaxBytes = 4096;

    private const int SignatureBytes = 12;

    /// <summary>Whether these first bytes tell.</summary>
    public static bool IsEnough(string demuxer, ReadOnlySpan<byte> head) => head.Length >= SignatureBytes && demuxer switch
    {
        "wav" => !head.StartsWith("RIFF"u8) || WavHeader.TryRead(head) is not null,
        "mov" => FindFirstPart(head) is not null,
        _ => true,
    };

    /// <summary>Whether an MP4 has its media before its index, so that it can't be decoded before all of it is there.</summary>
    public static bool HasIndexLast(ReadOnlySpan<byte> head) => FindFirstPart(head) == "mdat";

    // The first box that is index, fragment or media; null where these bytes don't reach it, "" where they are no boxes.
    private static string? FindFirstPart(ReadOnlySpan<byte> head)
    {
        long at = 0;
        while (at + 16 <= head.Length)
        {
            var box = head[(int)at..];
            var type = box.Slice(4, 4);
            if (type.SequenceEqual("mdat"u8)) return "mdat";
            if (type.SequenceEqual("moov"u8) || type.SequenceEqual("moof"u8)) return "moov";
            long size = BinaryPrimitives.ReadUInt32BigEndian(box);
            if (size == 1) size = BinaryPrimitives.ReadInt64BigEndian(box[8..]);
            if (size < 8) return "";
            if (size > head.Length - at) return null;
            at += size;
        }

        return null;
    }
}
