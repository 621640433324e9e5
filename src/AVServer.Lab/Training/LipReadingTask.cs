using AVServer.Networks.Flcma;
using AVServer.Vision;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Training;

/// <summary>
/// The visual model and two more tasks that its lip encoder learns from: which word is being said in each picture, and the mouth's shape.
/// </summary>
/// <remarks>
/// A label a window teaches an encoder little when there are few recordings; the word times give one for each picture, and so do the
/// landmarks, which don't depend on skin and light. The layers of these tasks are used in training only. Ours, not the paper's.
/// </remarks>
internal sealed class LipReadingTask : Module<Tensor, (Tensor words, Tensor shapes)>
{
    /// <summary>Words of GRID that are told apart, and the pause.</summary>
    public const int WordCount = 52;

    private readonly UnimodalVisual _visual;
    private readonly Conv1d _near;
    private readonly Conv1d _words;
    private readonly Linear _shape;

    /// <param name="visual">The model.</param>
    /// <param name="wordCount">Words that are told apart, the pause among them.</param>
    public LipReadingTask(UnimodalVisual visual, int wordCount) : base(nameof(LipReadingTask))
    {
        _visual = visual;
        _near = Conv1d(visual.Config.LipFeatures, 2 * visual.Config.LipFeatures, kernel_size: 7, padding: 3);
        _words = Conv1d(2 * visual.Config.LipFeatures, wordCount, kernel_size: 5, padding: 2);
        _shape = Linear(visual.Config.LipFeatures, LipShape.Measures);
        RegisterComponents();
    }

    /// <summary>The model.</summary>
    public UnimodalVisual Visual => _visual;

    /// <summary>Lip features [B, F, V] → logits of the words [B, F, words] and measures of the mouth [B, F, measures].</summary>
    public override (Tensor words, Tensor shapes) forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        var centred = features - features.mean([1], keepdim: true);
        var said = _words.call(functional.relu(_near.call(centred.transpose(1, 2)))).transpose(1, 2);
        return (said.MoveToOuterDisposeScope(), _shape.call(centred).MoveToOuterDisposeScope());
    }
}
