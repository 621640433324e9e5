namespace AVServer.Networks.Emotion;

/// <summary>What <see cref="StatisticalPooling"/> takes over time.</summary>
[Flags]
public enum Statistics
{
    /// <summary>The largest value.</summary>
    Max = 1,

    /// <summary>The mean.</summary>
    Mean = 2,

    /// <summary>The standard deviation.</summary>
    Deviation = 4,

    /// <summary>All three: the statistical pooling unit (SPU).</summary>
    All = Max | Mean | Deviation,
}
