namespace AVServer.Media.Flac;

/// <summary>Decodes FLAC files (RFC 9639) of one or two channels and up to 24 bits: what is in use.</summary>
/// <remarks>
/// Every checksum and count has to be right, up to the file's last byte. Memory is bounded by two frames, whose size by 16 bits of the
/// header.
/// </remarks>
internal sealed class FlacReader : ISoundReader
{
    private const int MinBufferBytes = 64 << 10;

    private readonly FileStream _file;
    private readonly FlacStreamInfo _info;
    private readonly byte[] _buffer;
    private readonly int[] _first;
    private readonly int[] _second;
    private readonly float _scale;
    private int _at;
    private int _end;
    private long _samples;
    private long _frames;
    private int? _fixedSize;
    private bool _isFixed;
    private bool _isLast;

    private FlacReader(FileStream file, FlacStreamInfo info)
    {
        (_file, _info) = (file, info);
        _buffer = new byte[Math.Max(MinBufferBytes, 2 * info.MaxFrameBytes)];
        (_first, _second) = (new int[info.MaxBlockSize], new int[info.Channels == 2 ? info.MaxBlockSize : 0]);
        _scale = 1f / (1 << (info.SampleBits - 1));
    }

    /// <inheritdoc/>
    public int SampleRateHz => _info.SampleRateHz;

    /// <inheritdoc/>
    public int Channels => _info.Channels;

    /// <inheritdoc/>
    public TimeSpan? Length => _info.Samples is { } samples ? SampleTime.FromSamples(samples, _info.SampleRateHz) : null;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Where its stream begins, behind tags.</param>
    /// <exception cref="InvalidDataException">Its beginning is damaged, or has what is left to ffmpeg.</exception>
    public static FlacReader Open(string path, long start)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            // Blocks before the frames are small and many; those that are large are passed over.
            file.Position = start;
            return new FlacReader(file, FlacStreamInfo.Read(file));
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
        if (_end - _at < _info.MaxFrameBytes) Refill();
        if (_at == _end)
        {
            if (_frames == 0 || (_info.Samples ?? _samples) != _samples) throw Unusual("as many samples as it says");
            return null;
        }

        var frame = _buffer.AsSpan(_at, Math.Min(_end - _at, _info.MaxFrameBytes));
        var bits = new BitReader(frame);
        var header = FlacFrameHeader.Read(frame, ref bits, _info);
        CheckOrder(header);
        var first = _first.AsSpan(0, header.BlockSize);
        var second = _second.AsSpan(0, _info.Channels == 2 ? header.BlockSize : 0);
        FlacSubframe.Read(ref bits, _info.SampleBits + (header.Stereo == FlacStereo.SideRight ? 1 : 0), first);
        if (_info.Channels == 2)
            FlacSubframe.Read(ref bits, _info.SampleBits + (header.Stereo is FlacStereo.LeftSide or FlacStereo.MidSide ? 1 : 0), second);
        bits.Align();
        bits.Read(16);
        int length = bits.Position / 8;
        if (FlacChecksum.OfFrame(frame[..length]) != 0) throw Unusual("frames with their checksums");
        _at += length;
        _samples += header.BlockSize;
        _frames++;
        return _info.Channels == 1 ? Scale(first) : Interleave(first, second, header.Stereo);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Frames follow each other without a hole, from the first on.
    private void CheckOrder(FlacFrameHeader header)
    {
        if (_frames == 0) _isFixed = header.IsFixed;
        _fixedSize ??= header.BlockSize;
        long expected = _isFixed ? _frames : _samples;
        bool isShort = _isFixed && header.BlockSize != _fixedSize;
        if (_isLast || header.IsFixed != _isFixed || header.Number != expected || (isShort && header.BlockSize > _fixedSize))
            throw Unusual("frames in order");
        _isLast = isShort;
    }

    private void Refill()
    {
        _buffer.AsSpan(_at.._end).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        _end += _file.ReadAtLeast(_buffer.AsSpan(_end), _buffer.Length - _end, throwOnEndOfStream: false);
    }

    private float[] Scale(ReadOnlySpan<int> samples)
    {
        var scaled = new float[samples.Length];
        for (int i = 0; i < scaled.Length; i++) scaled[i] = samples[i] * _scale;
        return scaled;
    }

    private float[] Interleave(ReadOnlySpan<int> first, ReadOnlySpan<int> second, FlacStereo stereo)
    {
        var interleaved = new float[2 * first.Length];
        int limit = 1 << (_info.SampleBits - 1), beyond = 0;
        for (int i = 0; i < first.Length; i++)
        {
            var (left, right) = stereo switch
            {
                FlacStereo.LeftSide => (first[i], first[i] - second[i]),
                FlacStereo.SideRight => (first[i] + second[i], second[i]),
                FlacStereo.MidSide => FromMiddle(first[i], second[i]),
                _ => (first[i], second[i]),
            };
            beyond |= ((left + limit) | (right + limit)) & -(2 * limit);
            (interleaved[2 * i], interleaved[(2 * i) + 1]) = (left * _scale, right * _scale);
        }

        if (beyond != 0) throw Unusual("samples within their bits");
        return interleaved;
    }

    private static (int Left, int Right) FromMiddle(int middle, int side)
    {
        int sum = (middle << 1) | (side & 1);
        return ((sum + side) >> 1, (sum - side) >> 1);
    }

    private static InvalidDataException Unusual(string expected) => new($"Expected of a FLAC file {expected}, got others.");
}
