using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>LN and self-attention of several heads over the first axis: [L, N, D] → [L, N, D].</summary>
public sealed class SelfAttentionModule : Layer
{
    private readonly LayerNorm norm;
    private readonly MultiheadAttention attention;
    private readonly Dropout dropout;
    private readonly int _heads;

    internal SelfAttentionModule(int dim, int heads, double dropout) : base(nameof(SelfAttentionModule))
    {
        _heads = heads;
        norm = LayerNorm(dim);
        attention = MultiheadAttention(dim, heads, dropout);
        this.dropout = Dropout(dropout);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Apply(norm).Attend(attention, _heads).Apply(dropout);
}
