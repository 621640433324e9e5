using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>
/// A block of one modality's encoder, [B, T, D] → [B, T, D]: half-step feed-forward, self-attention over time, convolution,
/// half-step feed-forward, each beside its residual, then LN. As <see cref="FlcmaVariant.Transformer"/>: self-attention and one
/// feed-forward.
/// </summary>
/// <remarks>
/// Gulati et al. (arXiv 2005.08100). It comes in two parts, because the cross-modal attention stands between them (our reading
/// of the order in arXiv 2403.01700).
/// </remarks>
public sealed class ConformerBlock : Module<Tensor, Tensor>
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

    /// <summary>The whole block, for one modality alone.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return leave(enter(x)).MoveToOuterDisposeScope();
    }

    /// <summary>What comes before the cross-modal attention.</summary>
    internal Tensor enter(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (feedForward1 is null ? x.alias() : x + (feedForward1.call(x) * 0.5)).MoveToOuterDisposeScope();
    }

    /// <summary>What comes after the cross-modal attention.</summary>
    internal Tensor leave(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x + attention.call(x.transpose(0, 1)).transpose(0, 1);
        if (convolution is null) return norm.call(x + feedForward2.call(x)).MoveToOuterDisposeScope();
        x = x + convolution.call(x);
        return norm.call(x + (feedForward2.call(x) * 0.5)).MoveToOuterDisposeScope();
    }

    /// <summary>The modules, for an exporter.</summary>
    internal (FeedForwardModule? FeedForward1, SelfAttentionModule Attention, ConvolutionModule? Convolution, FeedForwardModule FeedForward2, LayerNorm Norm) Layers =>
        (feedForward1, attention, convolution, feedForward2, norm);
}
