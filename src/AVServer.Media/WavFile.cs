using System.Buffers.Binary;
using AVServer.Contracts;
using AVServer.Media.Raw;

namespace AVServer.Media;

/// <summary>Plain WAV files, read without a decoder process.</summary>
internal static class WavFile
{
    /// <summary>Reads a file of 16-bit or float samples, mixed to mono.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRateHz">The rate that it must have.</param>
    /// <param name="maxBytes">Longest file that is read.</param>
    /// <returns>Null if the file is anything else, damaged, or of several parts: ffmpeg then judges it.</returns>
    public static float[]? TryRead(string path, int sampleRateHz, long maxBytes)
    {
        using var file = File.OpenRead(path);
        if (file.Length > Math.Min(maxBytes, Array.MaxLength)) return null;
        var head = new byte[FileSignature.Length];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (WavHeader.TryRead(head.AsSpan(0, read)) is not { DataBytes: { } size } header || header.SampleRateHz != sampleRateHz)
            return null;
        if (size > file.Length - header.DataOffset || HasMoreData(file, header.DataOffset + size + (size & 1))) return null;
        return FormatOf(header) is { } format ? ReadSamples(file, header.DataOffset, (int)size, format) : null;
    }

    /// <summary>Whether samples go on in a second chunk, which ffmpeg finds in a stream, but not in a file.</summary>
    public static bool HasMoreData(string path, WavHeader header)
    {
        using var file = File.OpenRead(path);
        return header.DataBytes is { } size && HasMoreData(file, header.DataOffset + size + (size & 1));
    }

    // More than two channels have places in the room, which ffmpeg's mix weighs.
    private static AudioFormat? FormatOf(WavHeader header)
    {
        string? name = (header.Tag, header.ContainerBits, header.StatedBits) switch
        {
            (WavHeader.Pcm, 16, 16) => PcmFormats.Int16,
            (WavHeader.IeeeFloat, 32, 32) => PcmFormats.Float32,
            _ => null,
        };
        return name is null || header.Channels > 2 ? null : new AudioFormat(name, header.SampleRateHz, header.Channels);
    }

    private static bool HasMoreData(FileStream file, long at)
    {
        Span<byte> chunk = stackalloc byte[8];
        for (; at + chunk.Length <= file.Length; at += chunk.Length + BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]))
        {
            file.Position = at;
            file.ReadExactly(chunk);
            if (chunk.StartsWith("data"u8)) return true;
            at += chunk[4] & 1;
        }

        return false;
    }

    private static float[]? ReadSamples(FileStream file, long offset, int size, AudioFormat format)
    {
        int frameBytes = format.Channels * (format.Format == PcmFormats.Float32 ? sizeof(float) : sizeof(short));
        var bytes = new byte[size - (size % frameBytes)];
        if (bytes.Length == 0) return null;
        file.Position = offset;
        file.ReadExactly(bytes);
        return new PcmReader(format).Read(bytes);
    }
}
