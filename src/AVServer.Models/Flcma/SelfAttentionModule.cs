using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>LN and self-attention of several heads over the first axis: [L, N, D] → [L, N, D].</summary>
public sealed class SelfAttentionModule : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly MultiheadAttention attention;
    private readonly Dropout dropout;

    internal SelfAttentionModule(int dim, int heads, double dropout) : base(nameof(SelfAttentionModule))
    {
        norm = LayerNorm(dim);
        attention = MultiheadAttention(dim, heads, dropout);
        this.dropout = Dropout(dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normalised = norm.call(x);
        var (mixed, _) = attention.call(normalised, normalised, normalised, need_weights: false);
        return dropout.call(mixed).MoveToOuterDisposeScope();
    }

    /// <summary>The layers, for an exporter.</summary>
    internal (LayerNorm Norm, Tensor InputWeight, Tensor InputBias, Tensor OutputWeight, Tensor OutputBias) Layers =>
        (norm, Weight("in_proj_weight"), Weight("in_proj_bias"), Weight("out_proj.weight"), Weight("out_proj.bias"));

    private Parameter Weight(string name) => attention.get_parameter(name)!;
}
