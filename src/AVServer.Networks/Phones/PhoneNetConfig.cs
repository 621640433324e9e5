namespace AVServer.Networks;

/// <summary>Size of a <see cref="PhoneNet"/>.</summary>
/// <remarks>The defaults are those of the small English acoustic network that it takes its first weights from.</remarks>
public sealed record PhoneNetConfig
{
    /// <summary>Cepstral coefficients of a frame of 10 ms.</summary>
    public int Ceps { get; init; } = 13;

    /// <summary>Channels of a layer.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Channels between a layer's two factors, and of the bottleneck before the outputs.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>Scores of a frame: one for each state of the context-dependent phones.</summary>
    public int States { get; init; } = 2656;

    /// <summary>Distance of a layer's taps in steps of its own rate; 0 for a layer that has one tap only.</summary>
    public IReadOnlyList<int> FastStrides { get; init; } = [1, 1, 1];

    /// <summary>The same of the layers behind the subsampling, in outputs.</summary>
    public IReadOnlyList<int> SlowStrides { get; init; } = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    /// <summary>Frames of 10 ms for each output.</summary>
    public int Subsampling { get; init; } = 3;

    /// <summary>How much of a layer's input is added to its output.</summary>
    public double Bypass { get; init; } = 0.66;

    /// <summary>Frames on either side of an output that it is computed from: the splice, the fast layers, the slow ones.</summary>
    public int ContextFrames => 1 + FastStrides.Sum() + (Subsampling * SlowStrides.Sum());

    /// <summary>Outputs that so many frames give.</summary>
    /// <param name="frames">Frames of 10 ms, context included.</param>
    public int OutputsOf(int frames) => frames <= 2 * ContextFrames ? 0 : ((frames - (2 * ContextFrames) - 1) / Subsampling) + 1;
}
