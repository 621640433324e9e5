using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Teaches a network to hear emotions.</summary>
public sealed class SoundTrainer
{
    private const int MostMasks = 2;
    private const int LongestMask = 15;
    private readonly EmotionRecipe _recipe;
    private readonly EmotionBank _bank;
    private readonly LabelSampler _draw;
    private readonly int[] _labels;

    /// <param name="recipe">How.</param>
    /// <param name="bank">Recordings.</param>
    /// <param name="examples">Places of the recordings that may be heard.</param>
    /// <param name="network">Makes the network after the seed is set.</param>
    internal SoundTrainer(EmotionRecipe recipe, EmotionBank bank, IReadOnlyList<int> examples, Func<EmotionNetwork> network)
    {
        (_recipe, _bank) = (recipe, bank);
        _labels = [.. bank.Recordings.Select(recording => recording.Label)];
        _draw = new LabelSampler(_labels, examples, recipe.Sound.Balance);
        manual_seed(recipe.Seed);
        Network = network();
        Network.Normalise(bank, examples);
    }

    internal EmotionNetwork Network { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var stage = _recipe.Sound;
        var random = new Random(unchecked((_recipe.Seed * 1_000_003) + step));
        var examples = Enumerable.Range(0, stage.Batch).Select(_ => _draw.Next(random)).ToArray();
        var heard = examples.Select(example => DrawVariant(_bank, example, _recipe.AugmentationOrDefault, random)).ToArray();
        var (features, frames) = EmotionBatch.Pad([.. heard.Select(row => row.Features)], _bank.Dim);
        var descriptors = EmotionBatch.Descriptors([.. heard.Select(row => row.Descriptors)]);
        var targets = LabelTargets.Of([.. examples.Select(example => _labels[example])], _recipe.Labels.Count, stage.Smoothing);
        if (_recipe.AugmentationOrDefault.Mixup > 0)
            (features, frames, descriptors, targets) = Mix(features, frames, descriptors, targets, random);
        return FocalLoss.Of(Network.Call(new Utterances(features, frames, Descriptors: descriptors)), targets, stage.Gamma);
    }

    /// <summary>
    /// A recording in any rendering, its frames as training changes them further: faster or slower, a stretch of them, with gaps.
    /// </summary>
    internal static (float[] Features, float[] Descriptors) DrawVariant(
        EmotionBank bank, int recording, EmotionAugmentation changes, Random random)
    {
        var variant = random.Next(changes.Variants);
        var (features, dim) = (bank[recording, variant], bank.Dim);
        if (changes.TempoSpread > 0 && random.NextDouble() < 0.5)
            features = ChangeTempo(features, dim, 1 + (changes.TempoSpread * ((2 * random.NextDouble()) - 1)));
        if (changes.ShortestCrop < 1 && random.NextDouble() < 0.5)
        {
            var frames = features.Length / dim;
            var kept = Math.Max(1, (int)(frames * (changes.ShortestCrop + ((1 - changes.ShortestCrop) * random.NextDouble()))));
            features = features.AsSpan(random.Next(frames - kept + 1) * dim, kept * dim).ToArray();
        }
        Mask(features, dim, random);
        return (features, bank.Describe(recording, variant));
    }

    private static float[] ChangeTempo(float[] features, int dim, double factor)
    {
        var (frames, longer) = (features.Length / dim, Math.Max(1, (int)(features.Length / dim * factor)));
        var result = new float[longer * dim];
        for (var t = 0; t < longer; t++) features.AsSpan(Math.Min(frames - 1, (int)(t / factor)) * dim, dim).CopyTo(result.AsSpan(t * dim));
        return result;
    }

    /// <summary>Stretches of time are set to the mean, after SpecAugment.</summary>
    private static void Mask(float[] features, int dim, Random random)
    {
        var frames = features.Length / dim;
        if (frames <= 4 * LongestMask) return;
        var mean = new float[dim];
        for (var i = 0; i < features.Length; i++) mean[i % dim] += features[i] / frames;
        for (var masks = random.Next(MostMasks + 1); masks > 0; masks--)
        {
            var length = random.Next(1, LongestMask);
            var first = random.Next(frames - length);
            for (var t = first; t < first + length; t++) mean.CopyTo(features.AsSpan(t * dim));
        }
    }

    private (Tensor Features, Tensor Frames, Tensor? Descriptors, Tensor Targets) Mix(
        Tensor features, Tensor frames, Tensor? descriptors, Tensor targets, Random random)
    {
        var mixup = Mixup.Draw(_recipe.AugmentationOrDefault.Mixup, (int)features.size(0), random);
        return (mixup.Mix(features), frames.maximum(mixup.OfOthers(frames)), descriptors is null ? null : mixup.Mix(descriptors),
            mixup.Mix(targets));
    }
}
