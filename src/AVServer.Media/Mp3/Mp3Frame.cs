using NLayer;

namespace AVServer.Media.Mp3;

/// <summary>One whole frame, as the decoder asks for it.</summary>
internal sealed class Mp3Frame : IMpegFrame
{
    private readonly byte[] _bytes = new byte[Mp3Header.MaxFrameBytes];
    private Mp3Header _header;
    private int _at;

    /// <inheritdoc/>
    public int SampleRate => _header.SampleRateHz;

    /// <inheritdoc/>
    public int SampleRateIndex => _header.SampleRateIndex;

    /// <inheritdoc/>
    public int FrameLength => _header.FrameBytes;

    /// <inheritdoc/>
    public int BitRate => _header.Bitrate;

    /// <inheritdoc/>
    public int BitRateIndex => _header.BitrateIndex;

    /// <inheritdoc/>
    public MpegVersion Version => MpegVersion.Version2;

    /// <inheritdoc/>
    public MpegLayer Layer => MpegLayer.LayerIII;

    /// <inheritdoc/>
    public MpegChannelMode ChannelMode => (MpegChannelMode)_header.Mode;

    /// <inheritdoc/>
    public int ChannelModeExtension => _header.ModeExtension;

    /// <inheritdoc/>
    public int SampleCount => Mp3Header.Samples;

    /// <inheritdoc/>
    public bool IsCopyrighted => false;

    /// <inheritdoc/>
    public bool HasCrc => false;

    /// <inheritdoc/>
    public bool IsCorrupted => false;

    /// <summary>Takes a frame's place.</summary>
    public void Set(Mp3Header header, ReadOnlySpan<byte> frame)
    {
        _header = header;
        frame.CopyTo(_bytes);
        Reset();
    }

    /// <inheritdoc/>
    public void Reset() => _at = Mp3Header.Bytes * 8;

    /// <inheritdoc/>
    public int ReadBits(int bitCount)
    {
        if (_at + bitCount > FrameLength * 8) throw new InvalidDataException("Expected more of an MP3 frame, got its end.");
        int value = 0;
        for (int end = _at + bitCount; _at < end;)
        {
            int taken = Math.Min(end - _at, 8 - (_at % 8));
            value = (value << taken) | ((_bytes[_at / 8] >> (8 - (_at % 8) - taken)) & ((1 << taken) - 1));
            _at += taken;
        }

        return value;
    }
}
