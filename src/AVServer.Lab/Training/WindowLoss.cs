using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Binary cross-entropy with the keyword's windows counted five times (arXiv 2403.01700).</summary>
public static class WindowLoss
{
    private const double KeywordWeight = 5;

    /// <summary>Mean over the windows.</summary>
    /// <param name="logits">[B].</param>
    /// <param name="isKeyword">[B].</param>
    public static Tensor Of(Tensor logits, bool[] isKeyword)
    {
        var labels = tensor(Array.ConvertAll(isKeyword, keyword => keyword ? 1f : 0f));
        var terms = (nn.functional.softplus(-logits) * labels * KeywordWeight) + (nn.functional.softplus(logits) * (1 - labels));
        return terms.mean();
    }
}
