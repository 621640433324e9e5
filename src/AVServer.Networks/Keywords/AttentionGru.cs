using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of an <see cref="AttentionGru"/>: the defaults are the paper's smaller ones.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Cells">Units of the encoder.</param>
/// <param name="Attention">Units by which a step is weighed.</param>
public sealed record AttentionGruConfig(KeywordWindow Window, int Cells = 128, int Attention = 128);

/// <summary>
/// Keyword network of a window, the encoder half of a sequence-to-sequence model: a recurrent encoder, and a weight for each of its steps.
/// </summary>
/// <remarks>
/// Shan et al., "Attention-based End-to-End Models for Small-Footprint Keyword Spotting" (Interspeech 2018, arXiv 1803.10916), §2, figure
/// 1, with soft attention.
/// </remarks>
public sealed class AttentionGru : WindowNetwork
{
    private readonly GRU encoder;
    private readonly Linear hidden;
    private readonly Linear score;
    private readonly Linear classifier;

    public AttentionGru(AttentionGruConfig config) : base(nameof(AttentionGru), config.Window)
    {
        encoder = GRU(config.Window.Values, config.Cells, batchFirst: true);
        hidden = Linear(config.Cells, config.Attention);
        score = Linear(config.Attention, 1, hasBias: false);
        classifier = Linear(config.Cells, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var steps = features.Recur(encoder);                                                      // [B, T, cells]
        var weights = steps.Apply(hidden).Tanh().Apply(score).Softmax(1);                         // [B, T, 1]
        return (steps * weights).Sum(keep: false, 1).Apply(classifier);
    }
}
