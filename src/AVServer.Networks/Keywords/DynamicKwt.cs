using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="DynamicKwt"/>.</summary>
/// <param name="Kwt">Size of the transformer.</param>
/// <param name="OfFirstInput">Whether all gates look at what the first block is given, not each at what its block is.</param>
public sealed record DynamicKwtConfig(KwtConfig Kwt, bool OfFirstInput = false);

/// <summary>Keyword transformer each of whose attentions and feed-forward parts a gate may leave out, by what it hears.</summary>
/// <remarks>
/// Peng, Lee, Watanabe: "I3D: Transformer Architectures with Input-Dependent Dynamic Depth for Speech Recognition" (ICASSP 2023, arXiv
/// 2303.07624), §2, on KWT in place of a recogniser's encoder; norms stand before the parts, as there. What differs: a graph computes all
/// parts and multiplies by the gates, so that it costs as much; <see cref="Operations"/> counts what the open ones cost.
/// </remarks>
public sealed class DynamicKwt : WindowNetwork, IAdaptiveNetwork, IPenalisedNetwork
{
    private const double UtilityWeight = 0.1;

    private readonly Linear embed;
    private readonly Parameter positions;
    private readonly ModuleList<GatedBlock> blocks;
    private readonly LayerNorm norm;
    private readonly Linear output;
    private readonly DynamicKwtConfig _config;
    private Tensor? _open;

    public DynamicKwt(DynamicKwtConfig config)
        : base(nameof(DynamicKwt), new KeywordWindow(config.Kwt.Frames, config.Kwt.Ceps, config.Kwt.Labels))
    {
        _config = config;
        var size = config.Kwt;
        embed = Linear(size.Ceps, size.Dim);
        positions = Parameter(init.normal_(empty(size.Frames + 1, size.Dim), std: 0.02));
        blocks = ModuleList([.. Enumerable.Range(0, size.Blocks).Select(_ => new GatedBlock(size))]);
        norm = LayerNorm(size.Dim);
        output = Linear(size.Dim, size.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, ceps] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var (x, gates) = Run(features);
        var first = x.Narrow(0, 0, 1).Squeeze(0).Apply(norm).Apply(output);
        return first.InTraining(this, logits => Remember(logits, gates));
    }

    public Tensor Penalty() => _open! * UtilityWeight;

    /// <summary>Multiplications of the parts whose gates are open, and of all gates.</summary>
    public double Operations(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (_, gates) = Run(TorchValue.From(features));
        var (size, tokens) = (_config.Kwt, _config.Kwt.Frames + 1L);
        long[] parts = [(4 * tokens * size.Dim * size.Dim) + (2 * tokens * tokens * size.Dim), 2 * tokens * size.Dim * size.Hidden];
        var always = ((long)size.Frames * size.Ceps * size.Dim) + ((long)size.Dim * size.Labels)
            + (2L * size.Blocks * DepthGate.Operations(size.Dim));
        return always + gates.Select((gate, i) => TorchValue.Of(gate).mean().item<float>() * parts[i % 2]).Sum();
    }

    private (Value Tokens, List<Value> Gates) Run(Value features)
    {
        var x = (features.Apply(embed).Pad(1, before: 1, after: 0) + positions).Transpose(0, 1);  // [1 + T, B, D]
        var (first, gates) = (x.Mean(keep: false, 0), new List<Value>());                         // [B, D]
        foreach (var block in blocks) x = block.Compute(x, _config.OfFirstInput ? first : x.Mean(keep: false, 0), gates);
        return (x, gates);
    }

    private Tensor Remember(Tensor logits, List<Value> gates)
    {
        _open?.Dispose();
        _open = gates.Select(gate => TorchValue.Of(gate).mean() / gates.Count).Aggregate((sum, each) => sum + each)
            .DetachFromDisposeScope();
        return logits;
    }
}

/// <summary>A block of <see cref="DynamicKwt"/>: attention, then two linear layers, each behind a gate; [L, B, D].</summary>
public sealed class GatedBlock : Module
{
    private readonly DepthGate attentionGate;
    private readonly LayerNorm attentionNorm;
    private readonly MultiheadAttention attention;
    private readonly DepthGate feedForwardGate;
    private readonly LayerNorm feedForwardNorm;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly int _heads;

    internal GatedBlock(KwtConfig config) : base(nameof(GatedBlock))
    {
        _heads = config.Heads;
        attentionGate = new DepthGate(config.Dim);
        attentionNorm = LayerNorm(config.Dim);
        attention = MultiheadAttention(config.Dim, config.Heads);
        feedForwardGate = new DepthGate(config.Dim);
        feedForwardNorm = LayerNorm(config.Dim);
        expand = Linear(config.Dim, config.Hidden);
        contract = Linear(config.Hidden, config.Dim);
        RegisterComponents();
    }

    /// <summary>What comes of the block.</summary>
    /// <param name="x">Tokens.</param>
    /// <param name="mean">What the gates look at, [B, D].</param>
    /// <param name="gates">Takes both gates, [B, 1]: 1 where open, in training also between.</param>
    internal Value Compute(Value x, Value mean, List<Value> gates)
    {
        gates.Add(mean.Apply(attentionGate));
        x += x.Apply(attentionNorm).Attend(attention, _heads) * gates[^1];
        gates.Add(mean.Apply(feedForwardGate));
        return x + (x.Apply(feedForwardNorm).Apply(expand).Gelu().Apply(contract) * gates[^1]);
    }
}

/// <summary>
/// Whether a part is worth its work: [B, D] → 1 where open is likelier than closed, [B, 1]. In training drawn by the Gumbel trick, which
/// for two is a sigmoid with logistic noise.
/// </summary>
public sealed class DepthGate : Layer
{
    private const int Hidden = 32;
    private const double Temperature = 1;
    private const double Steepness = 1;

    // Parts are open until training finds them needless.
    private const float FirstOdds = 3;

    private readonly Linear hidden;
    private readonly Linear choose;

    internal DepthGate(long dim) : base(nameof(DepthGate))
    {
        hidden = Linear(dim, Hidden);
        choose = Linear(Hidden, 2);
        using (no_grad()) choose.bias!.copy_(tensor(new[] { FirstOdds, 0 }));
        RegisterComponents();
    }

    public override Value Compute(Value mean)
    {
        var choices = mean.Apply(hidden).Relu().Apply(choose);
        var odds = choices.Narrow(1, 0, 1) - choices.Narrow(1, 1, 1);
        if (!training) return odds.Step(Steepness);
        return (odds.InTraining(this, each => each + rand_like(each).clamp(1e-6, 1 - 1e-6).logit()) / Temperature).Sigmoid();
    }

    /// <summary>Multiplications of a gate.</summary>
    internal static long Operations(long dim) => (dim + 2) * Hidden;
}
