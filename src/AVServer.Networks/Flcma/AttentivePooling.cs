using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>Mean over time with learnt weights: α = softmax(wᵀ tanh(W h + b)), e = Σ αₜ hₜ; [B, T, D] → [B, D].</summary>
/// <remarks>Wang et al., arXiv 2403.01700.</remarks>
public sealed class AttentivePooling : Layer
{
    private readonly Linear hidden;
    private readonly Linear score;

    internal AttentivePooling(int dim) : base(nameof(AttentivePooling))
    {
        hidden = Linear(dim, dim);
        score = Linear(dim, 1, hasBias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var weights = x.Apply(hidden).Tanh().Apply(score).Softmax(1);                     // [B, T, 1]
        return (x * weights).Sum(keep: false, 1);
    }
}
