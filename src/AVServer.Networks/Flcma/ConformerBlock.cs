using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// A block of one modality's encoder, [B, T, D] → [B, T, D]: half-step feed-forward, self-attention over time, convolution,
/// half-step feed-forward, each beside its residual, then LN. As <see cref="FlcmaVariant.Transformer"/>: self-attention and one
/// feed-forward.
/// </summary>
/// <remarks>
/// Gulati et al. (arXiv 2005.08100). It comes in two parts, because the cross-modal attention stands between them (our reading
/// of the order in arXiv 2403.01700).
/// </remarks>
public sealed class ConformerBlock : Layer
{
    private readonly FeedForwardModule? feedForward1;
    private readonly SelfAttentionModule attention;
    private readonly ConvolutionModule? convolution;
    private readonly FeedForwardModule feedForward2;
    private readonly LayerNorm norm;

    internal ConformerBlock(FlcmaConfig config) : base(nameof(ConformerBlock))
    {
        var conformer = config.Variant == FlcmaVariant.Conformer;
        if (conformer) feedForward1 = new FeedForwardModule(config.Dim, config.FeedForward, config.Dropout);
        attention = new SelfAttentionModule(config.Dim, config.Heads, config.Dropout);
        if (conformer) convolution = new ConvolutionModule(config.Dim, config.ConvolutionKernel, config.Dropout);
        feedForward2 = new FeedForwardModule(config.Dim, config.FeedForward, config.Dropout);
        norm = LayerNorm(config.Dim);
        RegisterComponents();
    }

    public override Value Compute(Value x) => Leave(Enter(x));

    /// <summary>What comes before the cross-modal attention.</summary>
    internal Value Enter(Value x) => feedForward1 is null ? x : x + (x.Apply(feedForward1) * 0.5);

    /// <summary>What comes after the cross-modal attention.</summary>
    internal Value Leave(Value x)
    {
        x = x + x.Transpose(0, 1).Apply(attention).Transpose(0, 1);
        if (convolution is null) return (x + x.Apply(feedForward2)).Apply(norm);
        x = x + x.Apply(convolution);
        return (x + (x.Apply(feedForward2) * 0.5)).Apply(norm);
    }
}
