namespace AVServer.Signal;

/// <summary>
/// One frame of samples in, one vector out: <see cref="FbankComputer"/> or <see cref="MfccComputer"/>. Stateless, shared by streams and
/// threads.
/// </summary>
public interface IFeatureComputer
{
    /// <summary>Frame length, hop and edges in samples.</summary>
    FrameGeometry Geometry { get; }

    /// <summary>Length of a vector.</summary>
    int Dim { get; }

    /// <summary>Floats of scratch that <see cref="Compute"/> needs.</summary>
    int WorkspaceLength { get; }

    /// <summary>Computes one vector.</summary>
    /// <param name="frame"><see cref="FrameGeometry.FrameLength"/> samples in [-1, 1), neither windowed nor scaled; not kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="features">Receives <see cref="Dim"/> values.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    void Compute(ReadOnlySpan<float> frame, Span<float> workspace, Span<float> features);
}
