namespace AVServer.Signal;

/// <summary>Cuts one stream of samples into overlapping frames, however the samples are chunked.</summary>
/// <remarks>
/// Not for several threads. Allocates only when more unread samples pile up than ever before; frames are cut when taken, so
/// the reader alone decides how much is held.
/// </remarks>
public sealed class FrameSlicer
{
    private readonly FrameGeometry _geometry;
    private readonly float[] _mirrored;
    private float[] _samples;
    private long _firstHeld;    // absolute index of _samples[0]
    private long _accepted;     // absolute index after the last sample
    private bool _finished;

    /// <param name="geometry">Frame length, hop and edges.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this
    /// holds.</param>
    public FrameSlicer(FrameGeometry geometry, int chunkSamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunkSamples);
        _geometry = geometry;
        _mirrored = geometry.SnipEdges ? [] : new float[geometry.FrameLength];
        _samples = new float[Math.Max(geometry.FrameLength, geometry.HopLength) + 1 + chunkSamples];
    }

    /// <summary>Absolute index of the frame that is taken next.</summary>
    public long NextFrame { get; private set; }

    /// <summary>Frames that could be taken since the stream's start, those already taken included.</summary>
    public long FramesReady => _finished ? _geometry.FrameCount(_accepted) : _geometry.FramesWithin(_accepted);

    /// <summary>Appends samples.</summary>
    /// <param name="samples">Samples in [-1, 1), any number; copied.</param>
    /// <exception cref="InvalidOperationException"><see cref="InputFinished"/> was called and no <see cref="Reset"/> since.</exception>
    public void AcceptSamples(ReadOnlySpan<float> samples)
    {
        if (_finished)
            throw new InvalidOperationException("Expected no samples after the end of input; call Reset to begin another stream.");
        int held = Recycle();
        if (held + samples.Length > _samples.Length) Array.Resize(ref _samples, Math.Max(held + samples.Length, _samples.Length * 2));
        samples.CopyTo(_samples.AsSpan(held));
        _accepted += samples.Length;
    }

    /// <summary>States that no more samples follow, so that the frames mirrored at the end become ready.</summary>
    public void InputFinished() => _finished = true;

    /// <summary>Forgets everything: the next sample is the first of a new stream.</summary>
    public void Reset()
    {
        (_firstHeld, _accepted, NextFrame, _finished) = (0, 0, 0, false);
    }

    /// <summary>Takes the next frame, if it is ready.</summary>
    /// <param name="frame">The frame's samples, valid until the next call of any method.</param>
    /// <returns>False, and an empty frame, when more samples are needed or the input has ended.</returns>
    public bool TryTake(out ReadOnlySpan<float> frame)
    {
        frame = default;
        if (NextFrame >= FramesReady) return false;
        long first = _geometry.FirstSample(NextFrame++);
        frame = first >= 0 && first + _geometry.FrameLength <= _accepted
            ? _samples.AsSpan((int)(first - _firstHeld), _geometry.FrameLength)
            : Mirror(first);
        return true;
    }

    // Kaldi's mirroring repeats the edge sample: …, x[1], x[0] | x[0], x[1], … and back again where the recording is very short.
    private float[] Mirror(long first)
    {
        for (int i = 0; i < _mirrored.Length; i++)
        {
            long at = first + i;
            while (at < 0 || at >= _accepted) at = at < 0 ? -at - 1 : 2 * _accepted - 1 - at;
            _mirrored[i] = _samples[at - _firstHeld];
        }
        return _mirrored;
    }

    // Moves what is still needed to the front; returns how many samples that is.
    private int Recycle()
    {
        // One sample more than the next frame: mirroring a frame of odd length at the end reaches that far back.
        long needed = Math.Clamp(_geometry.FirstSample(NextFrame) - 1, _firstHeld, _accepted);
        int held = (int)(_accepted - needed);
        _samples.AsSpan((int)(needed - _firstHeld), held).CopyTo(_samples);
        _firstHeld = needed;
        return held;
    }
}
