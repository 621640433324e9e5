namespace AVServer.Signal;

/// <summary>Where frames lie on a line of samples; frame and sample indices are absolute from the stream's start.</summary>
/// <param name="FrameLength">Samples in a frame.</param>
/// <param name="HopLength">Samples from a frame's start to the next one's.</param>
/// <param name="SnipEdges">See <see cref="FbankOptions.SnipEdges"/>.</param>
/// <remarks>Follows Kaldi feature-window.cc.</remarks>
public readonly record struct FrameGeometry(int FrameLength, int HopLength, bool SnipEdges)
{
    /// <summary>First sample of a frame; negative for the first frames when edges are mirrored.</summary>
    public long FirstSample(long frame) => SnipEdges ? frame * HopLength : frame * HopLength + HopLength / 2 - FrameLength / 2;

    /// <summary>Frames of a whole recording.</summary>
    public long FrameCount(long samples) => SnipEdges ? FramesWithin(samples) : (samples + HopLength / 2) / HopLength;

    /// <summary>Frames that can be computed while more samples may follow: those that end inside what has come.</summary>
    public long FramesWithin(long samples)
    {
        long fromFirst = samples - FrameLength - FirstSample(0);
        return fromFirst < 0 ? 0 : fromFirst / HopLength + 1;
    }
}
