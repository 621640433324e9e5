using static TorchSharp.torch;

namespace AVServer.Networks.Emotion;

/// <summary>Cross-entropy that passes over what is sure already: −w_y (1 − p_y)^γ log p_y.</summary>
/// <remarks>
/// Lin et al., arXiv 1708.02002, with a softmax in place of the sigmoid, as LIGHT-SERNET has it (γ = 2); γ = 0 is the weighted
/// cross-entropy.
/// </remarks>
public static class FocalLoss
{
    /// <summary>Mean over the batch, each example by its class's weight.</summary>
    /// <param name="logits">[B, classes].</param>
    /// <param name="targets">A distribution over the classes for each example, [B, classes]: one-hot, smoothed, or mixed of two.</param>
    /// <param name="gamma">How little what is sure counts; 0 or more.</param>
    /// <param name="weights">Weight of each class [classes]; absent: all 1.</param>
    public static Tensor Of(Tensor logits, Tensor targets, double gamma = 2, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        var logs = logits.log_softmax(1);
        var weighted = weights is null ? targets : targets * weights;
        var terms = gamma == 0 ? logs : logs * (1 - logs.exp()).pow(gamma);
        return (-(weighted * terms).sum() / weighted.sum()).MoveToOuterDisposeScope();
    }
}
