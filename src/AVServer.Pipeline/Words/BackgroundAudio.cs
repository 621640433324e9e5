using System.Buffers.Binary;
using Concentus;
using Concentus.Enums;

namespace AVServer.Pipeline;

/// <summary>The sound of the speech that a phone model stores, coded by Opus so that any stretch of it can be had. Thread-safe.</summary>
/// <remarks>
/// File: number of recordings; for each its samples and its packets (32 bits each); the length of each packet (16 bits); the packets,
/// 60 ms of 16 kHz each. Little-endian.
/// </remarks>
public sealed class BackgroundAudio
{
    private const int SampleRateHz = 16_000;
    private const int PacketSamples = SampleRateHz * 60 / 1000;
    private const int MaxPacketBytes = 1_275;

    /// <summary>No stored recording is longer than this many samples for each byte of the file: what says so isn't one.</summary>
    private const long MaxSamplesPerByte = 100;

    /// <summary>Packets before a stretch after which the decoder knows again what it would have known.</summary>
    private const int LeadPackets = 2;

    private readonly byte[] _file;
    private readonly int[] _samples;
    private readonly int[] _firstPackets;
    private readonly int[] _packets;

    private BackgroundAudio(byte[] file, int[] samples, int[] firstPackets, int[] packets) =>
        (_file, _samples, _firstPackets, _packets) = (file, samples, firstPackets, packets);

    /// <summary>Recordings that there are.</summary>
    public int Count => _samples.Length;

    /// <summary>Samples of a recording.</summary>
    public int Length(int recording) => _samples[recording];

    /// <summary>Reads a file; keeps it.</summary>
    /// <exception cref="InvalidDataException">It isn't one.</exception>
    public static BackgroundAudio Parse(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            var at = 0;
            var count = Int32();
            var (samples, first) = (new int[count], new int[count + 1]);
            for (var i = 0; i < count; i++)
            {
                samples[i] = Int32();
                first[i + 1] = first[i] + Int32();
            }
            var packets = new int[first[count] + 1];
            packets[0] = at + (sizeof(ushort) * first[count]);
            for (var i = 0; i < first[count]; i++, at += sizeof(ushort))
                packets[i + 1] = packets[i] + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));
            return packets[^1] == file.Length
                ? new BackgroundAudio(file, samples, first, packets)
                : throw new InvalidDataException($"Expected {packets[^1]} bytes of stored sound, got {file.Length}.");

            int Int32()
            {
                var value = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
                at += sizeof(int);
                return value >= 0 && value <= file.Length * MaxSamplesPerByte
                    ? value
                    : throw new InvalidDataException($"Expected a count in stored sound, got {value}.");
            }
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("Expected stored sound, got a file that ends early.", e);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="recordings">Samples of each, in [-1, 1).</param>
    /// <param name="bitsPerSecond">What speech is coded with, on average.</param>
    public static byte[] Write(IEnumerable<float[]> recordings, int bitsPerSecond)
    {
        ArgumentNullException.ThrowIfNull(recordings);
        using var encoder = CreateEncoder();
        (encoder.Bitrate, encoder.UseVBR, encoder.Complexity, encoder.SignalType) = (bitsPerSecond, true, 10, OpusSignal.OPUS_SIGNAL_VOICE);
        var coded = new List<(int Samples, List<byte[]> Packets)>();
        var (input, packet) = (new float[PacketSamples], new byte[MaxPacketBytes]);
        foreach (var sound in recordings)
        {
            encoder.ResetState();
            var packets = new List<byte[]>();
            // What is decoded lies behind by what the coder looks ahead: so much silence follows.
            for (var at = 0; at < sound.Length + EncoderDelay; at += PacketSamples)
            {
                Array.Clear(input);
                if (at < sound.Length) sound.AsSpan(at, Math.Min(PacketSamples, sound.Length - at)).CopyTo(input);
                packets.Add(packet[..encoder.Encode(input, PacketSamples, packet, packet.Length)]);
            }
            coded.Add((sound.Length, packets));
        }
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(coded.Count);
        foreach (var (samples, packets) in coded)
        {
            writer.Write(samples);
            writer.Write(packets.Count);
        }
        foreach (var (_, packets) in coded) packets.ForEach(each => writer.Write((ushort)each.Length));
        foreach (var (_, packets) in coded) packets.ForEach(writer.Write);
        writer.Flush();
        return file.ToArray();
    }

    /// <summary>A stretch of a recording; silence before its beginning and behind its end.</summary>
    /// <param name="recording">Which one.</param>
    /// <param name="first">Its first sample.</param>
    /// <param name="sound">Receives 16 kHz, in [-1, 1].</param>
    public void Read(int recording, long first, Span<float> sound)
    {
        sound.Clear();
        var (begin, end) = (Math.Max(0, first), Math.Min(first + sound.Length, _samples[recording]));
        var packets = _firstPackets[recording + 1] - _firstPackets[recording];
        using var decoder = OpusCodecFactory.CreateDecoder(SampleRateHz, 1);
        var output = new float[PacketSamples];
        for (var packet = (int)Math.Max(0, ((begin + EncoderDelay) / PacketSamples) - LeadPackets); packet < packets; packet++)
        {
            var at = ((long)packet * PacketSamples) - EncoderDelay;
            if (at >= end) break;
            var index = _firstPackets[recording] + packet;
            decoder.Decode(_file.AsSpan(_packets[index].._packets[index + 1]), output, PacketSamples, false);
            var (from, to) = (Math.Max(at, begin), Math.Min(at + PacketSamples, end));
            if (from < to) output.AsSpan((int)(from - at), (int)(to - from)).CopyTo(sound[(int)(from - first)..]);
        }
    }

    /// <summary>Samples by which what is decoded lies behind what was coded; the same for every file of this rate.</summary>
    private static int EncoderDelay { get; } = ReadEncoderDelay();

    private static IOpusEncoder CreateEncoder() => OpusCodecFactory.CreateEncoder(SampleRateHz, 1, OpusApplication.OPUS_APPLICATION_AUDIO);

    private static int ReadEncoderDelay()
    {
        using var encoder = CreateEncoder();
        return encoder.Lookahead;
    }
}
