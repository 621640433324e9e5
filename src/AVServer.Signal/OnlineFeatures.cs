namespace AVServer.Signal;

/// <summary>Feature vectors of one stream, pulled as its samples arrive. Any chunking gives the same vectors, bit for bit.</summary>
/// <remarks>
/// The per-stream state around a shared computer; not for several threads. A vector is computed when it is read. Allocates
/// only when more unread samples pile up than ever before.
/// </remarks>
public abstract class OnlineFeatures<TComputer>
    where TComputer : class, IFeatureComputer
{
    private readonly FrameSlicer _slicer;
    private readonly float[] _workspace;

    /// <param name="computer">Shared among streams.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this
    /// holds.</param>
    private protected OnlineFeatures(TComputer computer, int chunkSamples)
    {
        Computer = computer;
        _slicer = new FrameSlicer(computer.Geometry, chunkSamples);
        _workspace = new float[computer.WorkspaceLength];
    }

    /// <summary>Options, geometry and length of the vectors.</summary>
    public TComputer Computer { get; }

    /// <summary>Absolute index of the frame whose vector is read next; old frames keep their indices.</summary>
    public long NextFrame => _slicer.NextFrame;

    /// <summary>Frames that could be read since the stream's start, those already read included.</summary>
    public long FramesReady => _slicer.FramesReady;

    /// <summary>Appends samples.</summary>
    /// <param name="samples">In [-1, 1), at the computer's sample rate; any number; not kept beyond the frames that need them.</param>
    /// <exception cref="InvalidOperationException">The input was said to have ended.</exception>
    public void AcceptSamples(ReadOnlySpan<float> samples) => _slicer.AcceptSamples(samples);

    /// <summary>States that no more samples follow, so that the frames mirrored at the end become ready.</summary>
    public void InputFinished() => _slicer.InputFinished();

    /// <summary>Forgets everything: the next sample is the first of a new stream.</summary>
    public void Reset() => _slicer.Reset();

    /// <summary>Computes the next vector, if its frame is ready.</summary>
    /// <param name="features">Receives the vector, as the computer's <see cref="IFeatureComputer.Compute"/> says; untouched when none is
    /// ready.</param>
    /// <returns>False when more samples are needed or the input has ended.</returns>
    /// <exception cref="ArgumentException"><paramref name="features"/> is not as long as a vector.</exception>
    public bool TryRead(Span<float> features)
    {
        if (features.Length != Computer.Dim)
            throw new ArgumentException($"Expected room for a vector of {Computer.Dim}, got {features.Length}.", nameof(features));
        if (!_slicer.TryTake(out var frame)) return false;
        Computer.Compute(frame, _workspace, features);
        return true;
    }

    /// <summary>Computes all vectors of a recording; for a stream without samples so far.</summary>
    /// <returns>[frames, dim], row after row.</returns>
    internal float[] ReadWhole(ReadOnlySpan<float> samples, int block)
    {
        var features = new float[checked((int)(Computer.Geometry.FrameCount(samples.Length) * Computer.Dim))];
        var rest = features.AsSpan();
        while (!samples.IsEmpty)
        {
            int take = Math.Min(block, samples.Length);
            AcceptSamples(samples[..take]);
            samples = samples[take..];
            if (samples.IsEmpty) InputFinished();
            while (!rest.IsEmpty && TryRead(rest[..Computer.Dim])) rest = rest[Computer.Dim..];
        }
        return features;
    }
}
