using System.Buffers.Binary;
using System.Globalization;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>A WAV container that arrives while it is recorded, so that its first sound is heard when it comes.</summary>
/// <remarks>
/// ffmpeg reads 64 KiB of samples whose tag is PCM before the first of them is decoded, in search of S/PDIF, and then on, in search of DTS:
/// seconds of a microphone. Nothing switches that off but another tag, so the tag is another one, and the decoder is named.
/// </remarks>
internal static class LiveWav
{
    // What is read ahead to see what is in the container: nothing, as the header says it.
    private const int ProbedBytes = 2_048;

    private const int PacketsPerSecond = 25;
    private const int SmallestPacket = 1_024;
    private const int LargestPacket = 4_096;

    /// <summary>Makes ffmpeg take a container's samples as they come.</summary>
    /// <param name="source">The container.</param>
    /// <param name="input">Its bytes, of which the head was looked at last.</param>
    /// <param name="head">Its beginning.</param>
    public static DecodingSource Open(DecodingSource source, InputBytes input, ReadOnlyMemory<byte> head)
    {
        var header = WavHeader.TryRead(head.Span);
        source = source.With(header);
        if (header is null || !header.IsPlain) return source;
        if (header.PcmCodec is { } codec)
        {
            byte[] retagged = head.ToArray();
            BinaryPrimitives.WriteUInt16LittleEndian(retagged.AsSpan(header.TagOffset), WavHeader.IeeeFloat);
            input.ReplaceHead(retagged);
            source = source with { SoundCodec = codec };
        }

        long packet = Math.Clamp(header.BytesPerSecond / PacketsPerSecond, SmallestPacket, LargestPacket);
        return source with
        {
            DemuxerOptions = string.Create(CultureInfo.InvariantCulture, $"-probesize {ProbedBytes} -max_size {packet}"),
        };
    }
}
