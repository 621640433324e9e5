using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>Feed-forward module of the conformer (Gulati et al., arXiv 2005.08100): LN, linear, Swish, linear; [B, T, D].</summary>
public sealed class FeedForwardModule : Layer
{
    private readonly LayerNorm norm;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly Dropout dropout;

    internal FeedForwardModule(int dim, int hidden, double dropout) : base(nameof(FeedForwardModule))
    {
        norm = LayerNorm(dim);
        expand = Linear(dim, hidden);
        contract = Linear(hidden, dim);
        this.dropout = Dropout(dropout);
        RegisterComponents();
    }

    public override Value Compute(Value x) =>
        x.Apply(norm).Apply(expand).Silu().Apply(dropout).Apply(contract).Apply(dropout);
}
