using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>What a network that streams says of a window, so that one loss and one measure serve all keyword networks.</summary>
public static class KeywordLoss
{
    /// <summary>
    /// Logits of windows, [B, labels]. Of a stream's steps, [B, S, words], each word's surest one counts, and 0 stands for no word: with
    /// cross-entropy the max-pooling loss (Sun et al., arXiv 1705.02411, §3.2), in which a word's best step is taught up where it was said
    /// and down where it wasn't.
    /// </summary>
    public static Tensor WindowLogits(Tensor logits)
    {
        if (logits.dim() == 2) return logits;
        using var scope = NewDisposeScope();
        return cat([logits.new_zeros(logits.size(0), 1), logits.amax([1])], 1).MoveToOuterDisposeScope();
    }
}
