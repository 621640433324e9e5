namespace AVServer.Signal;

/// <summary>The taper that a frame is multiplied with before its spectrum is taken.</summary>
public enum FrameWindow
{
    /// <summary>Kaldi's own: a Hann window to the power of 0.85, so that it reaches zero at the edges.</summary>
    Povey,
    Hamming,
    Hanning,
}
