using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="KwMlp"/>: the defaults are the paper's.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Dim">Values of a token.</param>
/// <param name="Hidden">Values between a block's two projections; one half gates the other.</param>
/// <param name="Blocks">Blocks.</param>
public sealed record KwMlpConfig(KeywordWindow Window, int Dim = 64, int Hidden = 256, int Blocks = 12);

/// <summary>Keyword network of a window: a token for each frame, blocks that mix tokens by a gate, no attention.</summary>
/// <remarks>
/// Morshed, Ahsan: "Attention-Free Keyword Spotting" (arXiv 2110.07749), §3. What differs: none of the blocks is skipped at random in
/// training.
/// </remarks>
public sealed class KwMlp : WindowNetwork
{
    private readonly Linear embed;
    private readonly Sequential blocks;
    private readonly Linear classifier;

    public KwMlp(KwMlpConfig config) : base(nameof(KwMlp), config.Window)
    {
        embed = Linear(config.Window.Values, config.Dim);
        blocks = Sequential(Enumerable.Range(0, config.Blocks).Select(_ => (Module<Tensor, Tensor>)new GatedMlpBlock(config)));
        classifier = Linear(config.Dim, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features) =>
        features.Apply(embed).Apply(blocks).Mean(keep: false, 1).Apply(classifier);
}

/// <summary>A block of <see cref="KwMlp"/>, whose norm stands behind the residual: [B, T, D].</summary>
/// <remarks>Its spatial gate begins as 1, so that a block begins as a feed-forward layer (Liu et al., arXiv 2105.08050, §2.1).</remarks>
public sealed class GatedMlpBlock : Layer
{
    private readonly Linear expand;
    private readonly LayerNorm gateNorm;
    private readonly Linear overTime;
    private readonly Linear contract;
    private readonly LayerNorm norm;
    private readonly long _half;

    internal GatedMlpBlock(KwMlpConfig config) : base(nameof(GatedMlpBlock))
    {
        _half = config.Hidden / 2;
        expand = Linear(config.Dim, config.Hidden);
        gateNorm = LayerNorm(_half);
        overTime = Linear(config.Window.Frames, config.Window.Frames);
        init.zeros_(overTime.weight);
        init.ones_(overTime.bias!);
        contract = Linear(_half, config.Dim);
        norm = LayerNorm(config.Dim);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x.Apply(expand).Gelu();                                                                  // [B, T, hidden]
        var gate = hidden.Narrow(2, _half, _half).Apply(gateNorm).Transpose(1, 2).Apply(overTime).Transpose(1, 2);
        return (x + (hidden.Narrow(2, 0, _half) * gate).Apply(contract)).Apply(norm);
    }
}
