namespace AVServer.Signal;

/// <summary>Log-mel vectors of one stream, pulled as its samples arrive. Any chunking gives the same vectors, bit for bit.</summary>
/// <remarks>
/// The per-stream state around a shared <see cref="FbankComputer"/>; not for several threads. A vector is computed when it is
/// read. Allocates only when more unread samples pile up than ever before.
/// </remarks>
public sealed class OnlineFbank
{
    private readonly FrameSlicer _slicer;
    private readonly float[] _workspace;

    /// <param name="computer">Shared among streams.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this holds.</param>
    public OnlineFbank(FbankComputer computer, int chunkSamples = 16_000)
    {
        Computer = computer;
        _slicer = new FrameSlicer(computer.Geometry, chunkSamples);
        _workspace = new float[computer.WorkspaceLength];
    }

    /// <param name="options">What the features are made of.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this holds.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public OnlineFbank(FbankOptions options, int chunkSamples = 16_000) : this(new FbankComputer(options), chunkSamples)
    {
    }

    /// <summary>Options, geometry and length of the vectors.</summary>
    public FbankComputer Computer { get; }

    /// <inheritdoc cref="FrameSlicer.NextFrame"/>
    public long NextFrame => _slicer.NextFrame;

    /// <inheritdoc cref="FrameSlicer.FramesReady"/>
    public long FramesReady => _slicer.FramesReady;

    /// <inheritdoc cref="FrameSlicer.AcceptSamples"/>
    public void AcceptSamples(ReadOnlySpan<float> samples) => _slicer.AcceptSamples(samples);

    /// <inheritdoc cref="FrameSlicer.InputFinished"/>
    public void InputFinished() => _slicer.InputFinished();

    /// <inheritdoc cref="FrameSlicer.Reset"/>
    public void Reset() => _slicer.Reset();

    /// <summary>Computes the next vector, if its frame is ready.</summary>
    /// <param name="logMel">Receives the vector, as <see cref="FbankComputer.Compute"/> says; untouched when none is ready.</param>
    /// <returns>False when more samples are needed or the input has ended.</returns>
    /// <exception cref="ArgumentException"><paramref name="logMel"/> is not as long as the number of mel bands.</exception>
    public bool TryRead(Span<float> logMel)
    {
        if (logMel.Length != Computer.Dim) throw new ArgumentException($"Expected {Computer.Dim} mel bands, got {logMel.Length}.", nameof(logMel));
        if (!_slicer.TryTake(out var frame)) return false;
        Computer.Compute(frame, _workspace, logMel);
        return true;
    }
}
