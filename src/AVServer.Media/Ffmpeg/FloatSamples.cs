using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AVServer.Media.Ffmpeg;

/// <summary>32-bit little-endian float mono → samples; full scale is [-1, 1), and what lies beyond it stays there.</summary>
internal static class FloatSamples
{
    /// <summary>Reads a block that may lie in several pieces of memory, cut anywhere.</summary>
    /// <param name="bytes">Whole samples.</param>
    /// <param name="isFinite">False if some were no numbers; zeros stand in their place.</param>
    public static float[] Read(in ReadOnlySequence<byte> bytes, out bool isFinite)
    {
        var samples = new float[bytes.Length / sizeof(float)];
        var raw = MemoryMarshal.AsBytes(samples.AsSpan());
        bytes.Slice(0, raw.Length).CopyTo(raw);
        isFinite = true;
        for (int i = 0; i < samples.Length; i++)
        {
            if (!BitConverter.IsLittleEndian)
                samples[i] = BitConverter.UInt32BitsToSingle(
                    BinaryPrimitives.ReverseEndianness(BitConverter.SingleToUInt32Bits(samples[i])));
            if (float.IsFinite(samples[i])) continue;
            samples[i] = 0;
            isFinite = false;
        }

        return samples;
    }
}
