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
        return With(logits.amax([1])).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same, but in some windows the step that counts for the word that was said lies before the surest one: taught up so, a network is
    /// sure of a word sooner (latency-controlled max-pooling).
    /// </summary>
    /// <param name="logits">Of windows, which stay as they are, or of steps.</param>
    /// <param name="labels">What was said in each window; 0 for no word.</param>
    /// <param name="isEarly">In which windows the earlier step counts.</param>
    /// <param name="steps">How many steps earlier; the first at the soonest.</param>
    public static Tensor WindowLogits(Tensor logits, IReadOnlyList<int> labels, IReadOnlyList<bool> isEarly, int steps)
    {
        if (logits.dim() == 2) return logits;
        using var scope = NewDisposeScope();
        var earlier = (logits.argmax(1, keepdim: true) - steps).clamp_min(0);                     // [B, 1, words]
        var words = logits.size(2);
        var moved = new bool[labels.Count * words];
        for (var i = 0; i < labels.Count; i++)
            if (isEarly[i] && labels[i] > 0) moved[(i * words) + labels[i] - 1] = true;
        var pooled = where(tensor(moved, [labels.Count, words]), logits.gather(1, earlier).squeeze(1), logits.amax([1]));
        return With(pooled).MoveToOuterDisposeScope();
    }

    /// <summary>Words' logits behind that of no word.</summary>
    private static Tensor With(Tensor words) => cat([words.new_zeros(words.size(0), 1), words], 1);
}
