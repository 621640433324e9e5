using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AVServer.Media.Ffmpeg;

/// <summary>16-bit little-endian mono → float in [-1, 1).</summary>
internal static class Int16Samples
{
    private const float Scale = 1f / 32768;

    /// <summary>Reads a block that may lie in several pieces of memory, cut anywhere.</summary>
    public static float[] ToFloat(in ReadOnlySequence<byte> bytes)
    {
        var samples = new float[bytes.Length / sizeof(short)];
        if (bytes.IsSingleSegment)
        {
            ToFloat(bytes.FirstSpan, samples);
            return samples;
        }

        byte[] joined = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        try
        {
            bytes.CopyTo(joined);
            ToFloat(joined.AsSpan(0, (int)bytes.Length), samples);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }

        return samples;
    }

    /// <summary>Reads as many samples as <paramref name="samples"/> has room for.</summary>
    public static void ToFloat(ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        if (BitConverter.IsLittleEndian)
        {
            var values = MemoryMarshal.Cast<byte, short>(bytes);
            for (int i = 0; i < samples.Length; i++) samples[i] = values[i] * Scale;
            return;
        }

        for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(i * sizeof(short))..]) * Scale;
    }
}
