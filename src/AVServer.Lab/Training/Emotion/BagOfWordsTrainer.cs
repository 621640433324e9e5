using AVServer.Lab.Data.Emotion;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Teaches the baseline of reading, on the same draws as <see cref="TextTrainer"/>.</summary>
internal sealed class BagOfWordsTrainer
{
    /// <summary>Highest learning rate.</summary>
    internal const double LearningRate = 0.02;

    private readonly EmotionRecipe _recipe;
    private readonly IReadOnlyList<LabelledText> _texts;
    private readonly LabelSampler _draw;

    internal BagOfWordsTrainer(EmotionRecipe recipe, IReadOnlyList<LabelledText> texts)
    {
        (_recipe, _texts) = (recipe, texts);
        _draw = new LabelSampler([.. texts.Select(text => text.Label)], Enumerable.Range(0, texts.Count), recipe.Text!.Balance);
        Model = new BagOfWords(texts, recipe.Labels.Count);
    }

    internal BagOfWords Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    internal Tensor Loss(int step)
    {
        var random = new Random(unchecked((_recipe.Seed * 1_000_033) + step));
        var texts = Enumerable.Range(0, _recipe.Text!.Batch).Select(_ => _texts[_draw.Next(random)]).ToArray();
        return FocalLoss.Of(
            Model.call(Model.Places(texts)), LabelTargets.Of([.. texts.Select(text => text.Label)], _recipe.Labels.Count, 0), 0);
    }
}
