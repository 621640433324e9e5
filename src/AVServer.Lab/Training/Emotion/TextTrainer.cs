using AVServer.Lab.Data.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Speech;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Teaches the part of a network that reads, on texts alone; words are left out at random.</summary>
public sealed class TextTrainer
{
    private const double WordsLeftOut = 0.1;
    private readonly EmotionRecipe _recipe;
    private readonly IReadOnlyList<LabelledText> _texts;
    private readonly WordVectors _vectors;
    private readonly LabelSampler _draw;

    public TextTrainer(EmotionRecipe recipe, IReadOnlyList<LabelledText> texts, WordVectors vectors)
    {
        (_recipe, _texts, _vectors) = (recipe, texts, vectors);
        _draw = new LabelSampler([.. texts.Select(text => text.Label)], Enumerable.Range(0, texts.Count), recipe.Text!.Balance);
        manual_seed(recipe.Seed);
        Model = Untrained(recipe);
    }

    public MscnnSpu Model { get; }

    /// <summary>The part of a recipe's network that reads.</summary>
    internal static MscnnSpu Untrained(EmotionRecipe recipe) =>
        new(recipe.Mscnn! with { Audio = false, Attention = false, Descriptors = 0, Centres = 0 });

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var stage = _recipe.Text!;
        var random = new Random(unchecked((_recipe.Seed * 1_000_033) + step));
        var texts = Enumerable.Range(0, stage.Batch).Select(_ => _texts[_draw.Next(random)]).ToArray();
        var (words, counts) = EmotionBatch.Pad([.. texts.Select(text => Read(text, _vectors, random))], _vectors.Dim);
        var targets = LabelTargets.Of([.. texts.Select(text => text.Label)], _recipe.Labels.Count, stage.Smoothing);
        return FocalLoss.Of(Model.call(new Utterances(Words: words, WordCount: counts)), targets, stage.Gamma);
    }

    /// <summary>Vectors of a text as training reads it.</summary>
    internal static float[] Read(LabelledText text, WordVectors vectors, Random random) =>
        EmotionBatch.Embed(vectors, [.. text.Words.Where(_ => random.NextDouble() >= WordsLeftOut)]);
}
