using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>Plain WAV files, read without a decoder process.</summary>
internal static class WavFile
{
    // A quarter of a second at 16 kHz: what ffmpeg gives at a time is no more.
    private const int BlockFrames = 4000;

    /// <summary>
    /// Whether a file holds nothing but 16-bit or float samples of one or two channels: more have places in the room, which ffmpeg's mix
    /// weighs. ffmpeg judges everything else, what is damaged or of several parts included.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Its header.</param>
    public static bool IsPlain(string path, WavHeader header)
    {
        if (header is not { Channels: <= 2, DataBytes: > 0 and var size } || SampleBytes(header) is not { } sample) return false;
        using var file = File.OpenRead(path);
        return size <= file.Length - header.DataOffset && size % (sample * header.Channels) == 0 && !HasMoreData(file, header);
    }

    /// <summary>Whether samples go on in a second chunk, which ffmpeg finds in a stream, but not in a file.</summary>
    public static bool HasMoreData(string path, WavHeader header)
    {
        using var file = File.OpenRead(path);
        return HasMoreData(file, header);
    }

    /// <summary>Reads a file that <see cref="IsPlain"/>: the same items as ffmpeg's output gives, at the file's own rate.</summary>
    /// <exception cref="MediaException">It is longer than the limits allow.</exception>
    public static async IAsyncEnumerable<MediaItem> ReadAsync(
        string path, WavHeader header, MediaLimits limits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int frame = SampleBytes(header)!.Value * header.Channels;
        var (bytes, mix) = (new byte[BlockFrames * frame], new ChannelMix(header.SampleRateHz));
        var (end, last, isFinite) = (0L, header.DataBytes!.Value / frame, true);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        file.Position = header.DataOffset;
        while (end < last)
        {
            if (Time() > limits.MaxDuration) throw ChunkLimits.TooLong(limits, Time());
            var wanted = bytes.AsMemory(0, (int)Math.Min(bytes.Length, (last - end) * frame));
            int read = await file.ReadAtLeastAsync(wanted, wanted.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < frame) break;   // somebody has cut it meanwhile
            float[] samples = ToFloat(wanted[..(read - (read % frame))], header.Tag, out bool areFinite);
            if (header.Channels == 2) samples = mix.Mix(samples);
            isFinite &= areFinite;
            yield return new AudioBlock(end, header.SampleRateHz, samples);
            end += samples.Length;
        }

        if (mix.Cancels) yield return ChannelMix.Warning;
        if (end < last) yield return DecodingWarnings.EndsEarly(header.Length, Time(), null);
        else if (!isFinite) yield return DecodingWarnings.Damaged(header.Length, DecodingWarnings.NoNumbers);

        TimeSpan Time() => SampleTime.FromSamples(end, header.SampleRateHz);
    }

    private static int? SampleBytes(WavHeader header) => (header.Tag, header.ContainerBits, header.StatedBits) switch
    {
        (WavHeader.Pcm, 16, 16) => sizeof(short),
        (WavHeader.IeeeFloat, 32, 32) => sizeof(float),
        _ => null,
    };

    private static float[] ToFloat(ReadOnlyMemory<byte> bytes, int tag, out bool areFinite)
    {
        if (tag == WavHeader.IeeeFloat) return FloatSamples.Read(new ReadOnlySequence<byte>(bytes), out areFinite);
        areFinite = true;
        var samples = new float[bytes.Length / sizeof(short)];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.Span[(i * sizeof(short))..]) / 32768f;
        return samples;
    }

    private static bool HasMoreData(FileStream file, WavHeader header)
    {
        if (header.DataBytes is not { } size) return false;
        Span<byte> chunk = stackalloc byte[8];
        for (long at = header.DataOffset + size + (size & 1); at + chunk.Length <= file.Length;
            at += chunk.Length + BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]))
        {
            file.Position = at;
            file.ReadExactly(chunk);
            if (chunk.StartsWith("data"u8)) return true;
            at += chunk[4] & 1;
        }

        return false;
    }
}
