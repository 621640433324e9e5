namespace AVServer.Networks.Emotion;

/// <summary>Size of a <see cref="LightSerNet"/>. The defaults are the paper's.</summary>
/// <param name="Labels">Emotions.</param>
/// <param name="Ceps">Coefficients of a feature frame.</param>
/// <param name="Paths">Which of the three first paths there are; all of them but for an ablation.</param>
/// <param name="PathFilters">Filters of each first path.</param>
/// <param name="Dropout">Share of the pooled values dropped in training.</param>
public sealed record LightSerNetConfig(
    int Labels = 4, int Ceps = 40, LightSerNetPaths Paths = LightSerNetPaths.All, int PathFilters = 32, double Dropout = 0.3)
{
    /// <summary>Filters of the five convolutions behind the paths.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [64, 96, 128, 160, 320];

    /// <exception cref="ArgumentException">A size is out of its range.</exception>
    public void Validate()
    {
        if (Labels < 2) throw new ArgumentException($"Expected at least 2 labels, got {Labels}.");
        if (Ceps < 8) throw new ArgumentException($"Expected at least 8 coefficients, which are halved three times, got {Ceps}.");
        if (Paths is <= 0 or > LightSerNetPaths.All) throw new ArgumentException($"Expected at least one path, got {Paths}.");
        if (PathFilters < 1 || Widths.Count != 5 || Widths.Any(width => width < 1))
            throw new ArgumentException(
                $"Expected filters for three paths and five convolutions, got {PathFilters} and {string.Join(", ", Widths)}.");
        if (Dropout is < 0 or >= 1) throw new ArgumentException($"Expected a dropout from 0 to below 1, got {Dropout}.");
    }
}

/// <summary>The first paths of a <see cref="LightSerNet"/>, by what their kernels span.</summary>
[Flags]
public enum LightSerNetPaths
{
    /// <summary>11 frames of one coefficient.</summary>
    Time = 1,

    /// <summary>9 coefficients of one frame.</summary>
    Frequency = 2,

    /// <summary>3 of both.</summary>
    Both = 4,

    /// <summary>All three.</summary>
    All = Time | Frequency | Both,
}
