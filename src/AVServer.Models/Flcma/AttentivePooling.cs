using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>Mean over time with learnt weights: α = softmax(wᵀ tanh(W h + b)), e = Σ αₜ hₜ; [B, T, D] → [B, D].</summary>
/// <remarks>Wang et al., arXiv 2403.01700.</remarks>
public sealed class AttentivePooling : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear score;

    internal AttentivePooling(int dim) : base(nameof(AttentivePooling))
    {
        hidden = Linear(dim, dim);
        score = Linear(dim, 1, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var weights = score.call(hidden.call(x).tanh()).softmax(1);                       // [B, T, 1]
        return (x * weights).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>The layers, for an exporter.</summary>
    internal (Linear Hidden, Linear Score) Layers => (hidden, score);
}
