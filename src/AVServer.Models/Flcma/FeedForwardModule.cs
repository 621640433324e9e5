using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>Feed-forward module of the conformer (Gulati et al., arXiv 2005.08100): LN, linear, Swish, linear; [B, T, D].</summary>
public sealed class FeedForwardModule : Module<Tensor, Tensor>
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

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var hidden = dropout.call(functional.silu(expand.call(norm.call(x))));
        return dropout.call(contract.call(hidden)).MoveToOuterDisposeScope();
    }

    /// <summary>The layers, for an exporter.</summary>
    internal (LayerNorm Norm, Linear Expand, Linear Contract) Layers => (norm, expand, contract);
}
