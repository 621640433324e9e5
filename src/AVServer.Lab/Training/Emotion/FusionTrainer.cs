using AVServer.Lab.Data.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Speech;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>
/// Joins the part that hears and the part that reads, and teaches the sound to ask for words: no corpus here has emotional sound and
/// emotional words, so a recording is paired with any text of its label, in some pairs with none, in some with one of another label. The
/// sound says nothing meanwhile: it knows these recordings by heart, and beside it the words would learn that they aren't needed.
/// </summary>
public sealed class FusionTrainer
{
    private const double WithoutWords = 0.4;
    private const double OtherWords = 0.1;
    private readonly EmotionRecipe _recipe;
    private readonly EmotionBank _bank;
    private readonly IReadOnlyList<LabelledText> _texts;
    private readonly WordVectors _vectors;
    private readonly LabelSampler _draw;
    private readonly int[][] _textsByLabel;

    /// <param name="recipe">How.</param>
    /// <param name="bank">Recordings.</param>
    /// <param name="examples">Places of the recordings that may be heard.</param>
    /// <param name="texts">Texts that may be read.</param>
    /// <param name="vectors">Their words' vectors.</param>
    /// <param name="sound">The trained part that hears.</param>
    /// <param name="text">The trained part that reads.</param>
    public FusionTrainer(
        EmotionRecipe recipe, EmotionBank bank, IReadOnlyList<int> examples, IReadOnlyList<LabelledText> texts, WordVectors vectors,
        MscnnSpu sound, MscnnSpu text)
    {
        (_recipe, _bank, _texts, _vectors) = (recipe, bank, texts, vectors);
        _draw = new LabelSampler([.. bank.Recordings.Select(recording => recording.Label)], examples, recipe.Fused!.Balance);
        _textsByLabel =
            [.. Enumerable.Range(0, recipe.Labels.Count)
                .Select(label => Enumerable.Range(0, texts.Count).Where(i => texts[i].Label == label).ToArray())];
        manual_seed(recipe.Seed);
        Model = Join(recipe.Mscnn!, sound, text);
        Model.OnlyAsks = true;
    }

    public MscnnSpu Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        // The parts' statistics are those of their own training, where every example had a text.
        Model.Layers.AudioNorm!.eval();
        Model.DescriptorLayers.Norm?.eval();
        Model.Layers.TextNorm!.eval();
        var stage = _recipe.Fused!;
        var random = new Random(unchecked((_recipe.Seed * 1_000_037) + step));
        var examples = Enumerable.Range(0, stage.Batch).Select(_ => _draw.Next(random)).ToArray();
        var labels = examples.Select(example => _bank.Recordings[example].Label).ToArray();
        var heard = examples.Select(example => SoundTrainer.DrawVariant(_bank, example, _recipe.AugmentationOrDefault, random)).ToArray();
        var (features, frames) = EmotionBatch.Pad([.. heard.Select(row => row.Features)], _bank.Dim);
        var descriptors = EmotionBatch.Descriptors([.. heard.Select(row => row.Descriptors)]);
        var (words, counts) = EmotionBatch.Pad([.. labels.Select(label => Words(label, random))], _vectors.Dim);
        return FocalLoss.Of(
            Model.call(new Utterances(features, frames, words, counts, Descriptors: descriptors)),
            LabelTargets.Of(labels, _recipe.Labels.Count, stage.Smoothing), stage.Gamma);
    }

    /// <summary>A network whose logits are at first the sum of both parts': attention adds nothing yet.</summary>
    internal static MscnnSpu Join(MscnnConfig config, MscnnSpu sound, MscnnSpu text)
    {
        // Before the scope, which would take its buffers along.
        var joined = new MscnnSpu(config);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var state = joined.state_dict();
        foreach (var (name, values) in sound.state_dict().Concat(text.state_dict())
            .Where(entry => !entry.Key.StartsWith("output.", StringComparison.Ordinal)))
            state[name].copy_(values);
        var (heard, read, output) = (sound.Layers.Output, text.Layers.Output, joined.Layers.Output);
        var (hears, reads) = (heard.weight.size(1), read.weight.size(1));
        output.weight.zero_();
        output.weight.narrow(1, 0, hears).copy_(heard.weight);
        output.weight.narrow(1, hears, reads).copy_(read.weight);
        output.bias!.copy_(heard.bias! + read.bias!);
        return joined;
    }

    private float[] Words(int label, Random random)
    {
        var kind = random.NextDouble();
        if (kind < WithoutWords) return [];
        var from = _textsByLabel[kind < WithoutWords + OtherWords ? random.Next(_textsByLabel.Length) : label];
        return TextTrainer.Read(_texts[from[random.Next(from.Length)]], _vectors, random);
    }
}
