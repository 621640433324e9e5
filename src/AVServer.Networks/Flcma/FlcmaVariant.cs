namespace AVServer.Networks.Flcma;

/// <summary>Kind of the encoder's blocks.</summary>
public enum FlcmaVariant
{
    /// <summary>Half-step feed-forward, attention, convolution, half-step feed-forward.</summary>
    Conformer,

    /// <summary>Attention and one feed-forward: the paper's ablation without the convolution.</summary>
    Transformer,
}
