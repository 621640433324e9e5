namespace AVServer.Signal;

/// <summary>How readily the gate opens. The defaults let quiet speech pass and close in steady noise.</summary>
public sealed record EnergyGateOptions
{
    /// <summary>Lower edge of the band in which a voice is looked for.</summary>
    /// <value>200 Hz by default.</value>
    public double LowHz { get; init; } = 200;

    /// <summary>Upper edge of that band.</summary>
    /// <value>5,000 Hz by default: fricatives count too.</value>
    public double HighHz { get; init; } = 5_000;

    /// <summary>How far the voice band's mean log energy must rise above its noise floor, in decibels of power.</summary>
    /// <value>4 dB by default.</value>
    public double OpenDb { get; init; } = 4;

    /// <summary>How fast the noise floor follows a level that stays up, in decibels per second.</summary>
    /// <value>2 dB/s by default.</value>
    public double RiseDbPerSecond { get; init; } = 2;

    /// <summary>Log-mel value below which nothing counts as sound; lower noise floors are lifted to it.</summary>
    /// <value>5 by default, about what white noise of the last of 16 bits gives.</value>
    public float SilenceLogMel { get; init; } = 5;

    /// <summary>Frames that the gate stays open after the last loud one.</summary>
    /// <value>50 by default.</value>
    public int HangoverFrames { get; init; } = 50;

    /// <summary>Frames before the opening that belong to it: the reader keeps that many and works them off first.</summary>
    /// <value>30 by default.</value>
    public int PrerollFrames { get; init; } = 30;

    /// <summary>Frames at a stream's start that always pass, while the noise floor is unknown.</summary>
    /// <value>100 by default.</value>
    public int LearningFrames { get; init; } = 100;
}
