using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>What a network that learns from another loses: logits [B, labels] of both.</summary>
public static class Distillation
{
    /// <summary>
    /// How far it is from the teacher's posteriors, both softened: T² · Σ p (log p − log q), the mean over the batch (Hinton et al., arXiv
    /// 1503.02531, §2).
    /// </summary>
    /// <param name="student">Logits of the one that learns.</param>
    /// <param name="teacher">Logits of the other; no gradient goes there.</param>
    /// <param name="temperature">T, what logits are divided by.</param>
    public static Tensor Soft(Tensor student, Tensor teacher, double temperature)
    {
        using var scope = NewDisposeScope();
        var (wanted, got) = ((teacher.detach() / temperature).log_softmax(1), (student / temperature).log_softmax(1));
        return ((wanted.exp() * (wanted - got)).sum([1]).mean() * (temperature * temperature)).MoveToOuterDisposeScope();
    }

    /// <summary>Cross-entropy with the teacher's likeliest label in place of the true one (Touvron et al., arXiv 2012.12877, §4).</summary>
    /// <inheritdoc cref="Soft"/>
    public static Tensor Hard(Tensor student, Tensor teacher) => functional.cross_entropy(student, teacher.argmax(1));
}
