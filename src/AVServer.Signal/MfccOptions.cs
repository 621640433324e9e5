namespace AVServer.Signal;

/// <summary>What mel-frequency cepstral coefficients are made of; the meanings and defaults are Kaldi's.</summary>
public sealed record MfccOptions
{
    /// <summary>The log-mel vectors below the cepstrum.</summary>
    /// <value>23 bands by default, the rest as in <see cref="FbankOptions"/>.</value>
    public FbankOptions Fbank { get; init; } = new() { Mels = 23 };

    /// <summary>Coefficients kept, the zeroth included; at most the number of mel bands.</summary>
    /// <value>13 by default.</value>
    public int Ceps { get; init; } = 13;

    /// <summary>Length of the sine that lifts the higher coefficients; 0 leaves them as they are.</summary>
    /// <value>22 by default.</value>
    public double Lifter { get; init; } = 22;

    /// <summary>Whether the frame's raw log energy (before preemphasis and window) takes the place of the zeroth coefficient.</summary>
    /// <value>True by default, as in Kaldi; torchaudio's default is false.</value>
    public bool UseEnergy { get; init; } = true;

    /// <summary>Least energy (Kaldi scale) before its logarithm; 0 leaves only <see cref="FbankOptions.LogFloor"/>.</summary>
    /// <value>0 by default, as in Kaldi; torchaudio's default is 1.</value>
    public float EnergyFloor { get; init; }
}
