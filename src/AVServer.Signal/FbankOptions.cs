namespace AVServer.Signal;

/// <summary>
/// What a log-mel filterbank is made of. The defaults are those of every model that this project ships; the meanings are Kaldi's.
/// </summary>
public sealed record FbankOptions
{
    /// <summary>Samples per second of the input.</summary>
    /// <value>16,000 by default.</value>
    public int SampleRateHz { get; init; } = 16_000;

    /// <summary>Length of the analysis window.</summary>
    /// <value>25 ms by default.</value>
    public double FrameLengthMs { get; init; } = 25;

    /// <summary>Step from one frame to the next.</summary>
    /// <value>10 ms by default.</value>
    public double HopMs { get; init; } = 10;

    /// <summary>Number of triangular bands, equally wide on the mel scale.</summary>
    /// <value>80 by default.</value>
    public int Mels { get; init; } = 80;

    /// <summary>Lower edge of the first band.</summary>
    /// <value>20 Hz by default.</value>
    public double LowHz { get; init; } = 20;

    /// <summary>Upper edge of the last band; zero or less counts down from the Nyquist frequency.</summary>
    /// <value>0 by default: the Nyquist frequency.</value>
    public double HighHz { get; init; }

    /// <summary>How much of the preceding sample is subtracted from each sample, in [0, 1].</summary>
    /// <value>0.97 by default.</value>
    public float Preemphasis { get; init; } = 0.97f;

    /// <summary>The taper of a frame.</summary>
    /// <value><see cref="FrameWindow.Povey"/> by default.</value>
    public FrameWindow Window { get; init; } = FrameWindow.Povey;

    /// <summary>Whether each frame's mean is subtracted from it first.</summary>
    /// <value>True by default.</value>
    public bool RemoveDcOffset { get; init; } = true;

    /// <summary>
    /// True: only frames that fit wholly into the samples. False: one frame per hop, centred on it, mirrored at both ends.
    /// </summary>
    /// <value>True by default.</value>
    public bool SnipEdges { get; init; } = true;

    /// <summary>
    /// Noise added before framing. Only 0 is accepted: features must be repeatable. It is here because manifests and recipes name it.
    /// </summary>
    /// <value>0.</value>
    public float Dither { get; init; }

    /// <summary>Least band energy (Kaldi scale, samples × 32768) before the logarithm.</summary>
    /// <value>1.1920929e-7 by default: the distance from 1 to the next float.</value>
    public float LogFloor { get; init; } = 1.1920929e-7f;

    /// <summary>
    /// Variance of white noise (Kaldi scale) whose expected energy is added to each band: what dither does to the mean, without its chance,
    /// so that digital silence sounds like a quiet room.
    /// </summary>
    /// <value>0 by default; 1 is Kaldi's default dither.</value>
    public float NoiseVariance { get; init; }

    /// <summary>Checks every bound and translates milliseconds to samples.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public FrameGeometry ToGeometry()
    {
        Require(SampleRateHz is >= 1_000 and <= 768_000, nameof(SampleRateHz), "1000 to 768000", SampleRateHz);
        int frameLength = (int)(SampleRateHz * FrameLengthMs / 1000), hopLength = (int)(SampleRateHz * HopMs / 1000);
        Require(
            frameLength is > RealFft.MinLength / 2 and <= RealFft.MaxLength, nameof(FrameLengthMs),
            $"a length of {RealFft.MinLength / 2 + 1} to {RealFft.MaxLength} samples", FrameLengthMs);
        Require(hopLength >= 1, nameof(HopMs), "at least one sample", HopMs);
        Require(Mels is >= 4 and <= 512, nameof(Mels), "4 to 512", Mels);
        double nyquist = SampleRateHz / 2.0;
        Require(LowHz >= 0 && LowHz < nyquist, nameof(LowHz), $"0 to {nyquist}", LowHz);
        Require(UpperHz <= nyquist && UpperHz > LowHz, nameof(HighHz), $"an upper edge between LowHz ({LowHz}) and {nyquist}", HighHz);
        Require(Preemphasis is >= 0 and <= 1, nameof(Preemphasis), "0 to 1", Preemphasis);
        Require(Dither == 0, nameof(Dither), "0, because features must be repeatable", Dither);
        Require(LogFloor > 0 && float.IsFinite(LogFloor), nameof(LogFloor), "a positive number", LogFloor);
        Require(NoiseVariance >= 0 && float.IsFinite(NoiseVariance), nameof(NoiseVariance), "0 or more", NoiseVariance);
        return new FrameGeometry(frameLength, hopLength, SnipEdges);
    }

    internal double UpperHz => HighHz > 0 ? HighHz : SampleRateHz / 2.0 + HighHz;

    private static void Require(bool holds, string option, string expected, double got)
    {
        if (!holds) throw new ArgumentException($"FbankOptions.{option}: expected {expected}, got {got}.", option);
    }
}
