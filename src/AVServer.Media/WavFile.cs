using System.Buffers.Binary;
using AVServer.Contracts;
using AVServer.Media.Raw;

namespace AVServer.Media;

/// <summary>Plain WAV files, read without a decoder process.</summary>
internal static class WavFile
{
    private const int Pcm = 1;
    private const int IeeeFloat = 3;
    private const int Extensible = 0xFFFE;
    private const int ExtensibleSubformatOffset = 24;

    /// <summary>Reads a file of 16-bit or float samples, mixed to mono.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRateHz">The rate that it must have.</param>
    /// <param name="maxBytes">Longest file that is read.</param>
    /// <returns>Null if the file is anything else, or damaged: ffmpeg then judges it.</returns>
    public static float[]? TryRead(string path, int sampleRateHz, long maxBytes)
    {
        using var file = File.OpenRead(path);
        if (file.Length > Math.Min(maxBytes, Array.MaxLength)) return null;
        Span<byte> head = stackalloc byte[12];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) return null;
        if (!head.StartsWith("RIFF"u8) || !head[8..].SequenceEqual("WAVE"u8)) return null;

        AudioFormat? format = null;
        Span<byte> chunk = stackalloc byte[8];
        while (file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) == chunk.Length)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (size > file.Length - file.Position) return null;
            if (chunk.StartsWith("data"u8)) return format?.SampleRate == sampleRateHz ? ReadSamples(file, (int)size, format) : null;
            long next = file.Position + size + (size & 1);
            if (chunk.StartsWith("fmt "u8)) format = ReadFormat(file, size);
            file.Position = next;
        }

        return null;
    }

    private static AudioFormat? ReadFormat(FileStream file, long size)
    {
        Span<byte> body = stackalloc byte[40];
        body = body[..(int)Math.Min(body.Length, size)];
        if (body.Length < 16) return null;
        file.ReadExactly(body);
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (tag == Extensible && body.Length > ExtensibleSubformatOffset + 1) tag = BinaryPrimitives.ReadUInt16LittleEndian(body[ExtensibleSubformatOffset..]);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        int rate = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), int.MaxValue);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        string? name = (tag, bits) switch { (Pcm, 16) => PcmFormats.Int16, (IeeeFloat, 32) => PcmFormats.Float32, _ => null };
        // More than two channels have places in the room, which ffmpeg's mix weighs.
        return name is null || channels is < 1 or > 2 ? null : new AudioFormat(name, rate, channels);
    }

    private static float[]? ReadSamples(FileStream file, int size, AudioFormat format)
    {
        int frameBytes = format.Channels * (format.Format == PcmFormats.Float32 ? sizeof(float) : sizeof(short));
        var bytes = new byte[size - (size % frameBytes)];
        if (bytes.Length == 0) return null;
        file.ReadExactly(bytes);
        return new PcmReader(format).Read(bytes);
    }
}
