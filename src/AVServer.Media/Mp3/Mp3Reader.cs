using NLayer;

namespace AVServer.Media.Mp3;

/// <summary>Decodes MP3 files at 16, 22.05 and 24 kHz, as encoders of today make them, by NLayer.</summary>
/// <remarks>
/// The format has no checksum that is in use, so frames have to follow each other from the first byte to the last and to say what encoders
/// say: all alike, with coded sound that lies where bytes are. What an encoder put before and behind the sound is left out by its header.
/// </remarks>
internal sealed class Mp3Reader : ISoundReader
{
    private const int BufferBytes = 64 << 10;

    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Mp3Frame _frame = new();
    private readonly MpegFrameDecoder _decoder = new();
    private readonly float[] _decoded;
    private readonly Mp3Header _first;
    private readonly Mp3Tag? _tag;
    private int _at;
    private int _end;
    private long _frames;
    private long _bytes;
    private int _reservoirBytes;
    private long _sample;

    private Mp3Reader(FileStream file)
    {
        _file = file;
        Refill();
        (_first, int length) = FindFrame() ?? throw Unusual("a frame at its beginning");
        _decoded = new float[Mp3Header.Samples * _first.Channels];
        var frame = _buffer.AsSpan(_at, length);
        if (!Mp3Tag.IsTag(frame, _first)) return;
        _tag = Mp3Tag.TryRead(frame, _first) ?? throw Unusual("a header that says how many frames there are");
        if (_tag.Bytes is { } bytes && bytes != _file.Length - (_file.Position - _end)) throw Unusual("as many bytes as it says");
        Pass(length);
    }

    /// <inheritdoc/>
    public int SampleRateHz => _first.SampleRateHz;

    /// <inheritdoc/>
    public int Channels => _first.Channels;

    /// <inheritdoc/>
    public TimeSpan? Length => _tag is null ? null : SampleTime.FromSamples(_tag.Frames * Mp3Header.Samples, _first.SampleRateHz);

    // Samples that are heard, of those that are decoded.
    private long Begin => _tag?.Delay is { } delay ? delay + Mp3Tag.DecoderDelay : 0;

    private long End => _tag?.Delay is null ? long.MaxValue
        : (_tag.Frames * Mp3Header.Samples) - Math.Max(0, _tag.Padding - Mp3Tag.DecoderDelay);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Where its first frame is, behind tags.</param>
    /// <exception cref="InvalidDataException">Its beginning is damaged, or has what is left to ffmpeg.</exception>
    public static Mp3Reader Open(string path, long start)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            file.Position = start;
            return new Mp3Reader(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public float[]? Read()
    {
        while (true)
        {
            if (_end - _at < Mp3Header.MaxFrameBytes) Refill();
            if (FindFrame() is not { } found)
            {
                CheckEnd();
                return null;
            }

            float[] heard = Decode(found.Header, _buffer.AsSpan(_at, found.Length));
            Pass(found.Length);
            _frames++;
            if (heard.Length > 0) return heard;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private (Mp3Header Header, int Length)? FindFrame()
    {
        if (_end - _at < Mp3Header.Bytes) return null;
        if (Mp3Header.TryRead(_buffer.AsSpan(_at)) is not { } header || header.FrameBytes > _end - _at) return null;
        return header.FrameBytes < Mp3Header.Bytes + header.SideBytes ? null : (header, header.FrameBytes);
    }

    private float[] Decode(Mp3Header header, ReadOnlySpan<byte> bytes)
    {
        if (!header.IsLike(_first)) throw Unusual("frames that are alike");
        var side = Mp3SideInfo.Read(bytes[Mp3Header.Bytes..], header);
        int own = bytes.Length - Mp3Header.Bytes - header.SideBytes;
        if (side.MainDataBegin > _reservoirBytes || side.MainDataBits > 8 * (side.MainDataBegin + own))
            throw Unusual("coded sound where bytes are");
        _reservoirBytes = Math.Min(_reservoirBytes + own, BufferBytes);
        _frame.Set(header, bytes);
        int samples;
        try
        {
            samples = _decoder.DecodeFrame(_frame, _decoded.AsSpan()) / header.Channels;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a library stumbles over in strangers' bytes: ffmpeg has the last word on them.
            throw new InvalidDataException("Expected of an MP3 frame coded sound, got something else.", e);
        }

        if (samples != Mp3Header.Samples) throw Unusual("frames with sound");
        int from = (int)Math.Clamp(Begin - _sample, 0, samples), to = (int)Math.Clamp(End - _sample, from, samples);
        _sample += samples;
        float[] heard = _decoded[(from * header.Channels)..(to * header.Channels)];
        foreach (float sample in heard)
            if (!float.IsFinite(sample)) throw Unusual("sound of numbers");
        return heard;
    }

    // With a tag at its end ffmpeg keeps some of what an encoder put behind the sound, or doesn't, as the file is long.
    private void CheckEnd()
    {
        if (_at != _end || _frames == 0 || (_tag?.Frames ?? _frames) != _frames || (_tag?.Bytes ?? _bytes) != _bytes)
            throw Unusual("as many frames as it says, and nothing else");
    }

    private void Pass(int length)
    {
        _at += length;
        _bytes += length;
    }

    private void Refill()
    {
        _buffer.AsSpan(_at.._end).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        _end += _file.ReadAtLeast(_buffer.AsSpan(_end), _buffer.Length - _end, throwOnEndOfStream: false);
    }

    private static InvalidDataException Unusual(string expected) => new($"Expected of an MP3 file {expected}, got others.");
}
