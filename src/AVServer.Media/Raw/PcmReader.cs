using System.Buffers.Binary;
using AVServer.Contracts;

namespace AVServer.Media.Raw;

/// <summary>Reads interleaved little-endian samples as mono float.</summary>
internal sealed class PcmReader
{
    private const float Int16Scale = 1f / 32768;

    private readonly AudioFormat _format;
    private readonly bool _isFloat;
    private readonly int _frameBytes;
    private readonly ChannelMix _mix;

    /// <param name="format">A format that <see cref="HelloRules"/> let pass.</param>
    public PcmReader(AudioFormat format)
    {
        _format = format;
        _mix = new ChannelMix(format.SampleRate);
        _isFloat = format.Format == PcmFormats.Float32;
        _frameBytes = format.Channels * (_isFloat ? sizeof(float) : sizeof(short));
    }

    /// <summary>Whether two channels cancel each other.</summary>
    public bool ChannelsCancel => _mix.Cancels;

    /// <summary>Reads one chunk: the mean of the channels, 16-bit samples scaled to [-1, 1).</summary>
    /// <exception cref="MediaException">The chunk ends within a sample, or a float sample is not a finite number.</exception>
    public float[] Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % _frameBytes != 0)
        {
            throw new MediaException(
                FaultCodes.BadChunk,
                $"Expected a multiple of {_frameBytes} bytes ({_format.Format}, channels: {_format.Channels}), got {bytes.Length}; send "
                + "whole samples of all channels in each chunk.");
        }

        var mono = new float[bytes.Length / _frameBytes];
        if (_isFloat) ReadFloat32(bytes, mono);
        else ReadInt16(bytes, mono);
        return mono;
    }

    private void ReadInt16(ReadOnlySpan<byte> bytes, Span<float> mono)
    {
        int channels = _format.Channels;
        float scale = Int16Scale / channels;
        for (int i = 0, at = 0; i < mono.Length; i++)
        {
            int sum = 0;
            if (channels == 2)
                _mix.Mix(
                    BinaryPrimitives.ReadInt16LittleEndian(bytes[at..]) * Int16Scale,
                    BinaryPrimitives.ReadInt16LittleEndian(bytes[(at + sizeof(short))..]) * Int16Scale);
            for (int channel = 0; channel < channels; channel++, at += sizeof(short))
                sum += BinaryPrimitives.ReadInt16LittleEndian(bytes[at..]);
            mono[i] = sum * scale;
        }
    }

    private void ReadFloat32(ReadOnlySpan<byte> bytes, Span<float> mono)
    {
        int channels = _format.Channels;
        for (int i = 0, at = 0; i < mono.Length; i++)
        {
            if (channels == 2)
                _mix.Mix(
                    BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]),
                    BinaryPrimitives.ReadSingleLittleEndian(bytes[(at + sizeof(float))..]));
            float sum = 0;
            for (int channel = 0; channel < channels; channel++, at += sizeof(float))
                sum += BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
            if (!float.IsFinite(sum))
                throw new MediaException(
                    FaultCodes.BadChunk,
                    $"Expected finite samples, got {sum} at sample {i} of a chunk; send {PcmFormats.Float32} within [-1, 1].");
            mono[i] = sum / channels;
        }
    }
}

/// <summary>Names of the raw sample formats.</summary>
internal static class PcmFormats
{
    public const string Int16 = "pcm_s16le";
    public const string Float32 = "pcm_f32le";
}
