using AVServer.Lab.Augmentation;
using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Teaches both modalities together, from the weights that each learnt alone.</summary>
/// <remarks>
/// In half of the windows sound and lips come from different recordings with the same label; in some a whole modality is absent, so that
/// the model serves sound alone and lips alone as well; in all the lips may be a picture early or late. In some the lips say something else
/// and the sound is right: the lips of the one talker who is trained on are read without an error, those of others are not. And in most the
/// pictures' features are another recording's beside the right measures, which say of others what they say of the one.
/// </remarks>
public sealed class JointTrainer
{
    private const double OtherLipsShare = 0.5;
    private const double NoAudioShare = 0.1;
    private const double NoVideoShare = 0.4;
    private const double OtherPicturesShare = 0.8;
    private readonly AudioVisualRecipe _recipe;
    private readonly AudioVisualSet _set;
    private readonly LipFeatureBank _lips;
    private readonly WindowFbank _fbank;
    private readonly WindowSampler _draw;

    public JointTrainer(
        AudioVisualRecipe recipe, AudioVisualSet set, WindowSound sound, UnimodalAudio audio, UnimodalVisual visual, LipFeatureBank lips)
    {
        (_recipe, _set, _lips) = (recipe, set, lips);
        (_fbank, _draw) = (new WindowFbank(recipe.Sound, set, sound), new WindowSampler(set, new WindowPlan(set.Clips)));
        manual_seed(recipe.Seed);
        Model = new FlcmaConformer(AudioVisualRecipe.Model);
        Model.StartFrom(audio, visual);
    }

    public FlcmaConformer Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var random = new Random(unchecked((_recipe.Seed * 1_000_037) + step));
        var heard = _draw.Batch(_recipe.Joint.Batch, random);
        var size = AudioVisualWindow.Pictures * AudioVisualRecipe.Model.LipValues;
        var lips = new float[heard.Length * size];
        var sounds = new (AudioVisualWindow, double?)[heard.Length];
        var presence = new float[heard.Length * 2];
        for (var i = 0; i < heard.Length; i++)
        {
            var absent = random.NextDouble();
            presence[2 * i] = absent < NoAudioShare ? 0 : 1;
            presence[(2 * i) + 1] = absent >= NoAudioShare && absent < NoAudioShare + NoVideoShare ? 0 : 1;
            var isMisled = presence[2 * i] > 0 && random.NextDouble() < _recipe.MisleadingLipsShare;
            var isOther = isMisled || random.NextDouble() < OtherLipsShare;
            var seen = isOther ? (isMisled ? _draw.Next(random) : _draw.SameLabel(heard[i], random)) with { Lag = heard[i].Lag } : heard[i];
            var speed = ReadLips(seen, lips.AsSpan(i * size, size), random);
            if (random.NextDouble() < OtherPicturesShare)
                ReadPictures(_draw.Next(random) with { Lag = heard[i].Lag }, lips.AsSpan(i * size, size), random);
            sounds[i] = (heard[i], isOther ? null : speed);
        }
        var fbank = _fbank.Augmented(sounds, unchecked((_recipe.Seed * 7_927) + (step * 1_009)));
        var logits = Model.call(
            fbank, tensor(lips, [heard.Length, AudioVisualWindow.Pictures, AudioVisualRecipe.Model.LipValues]),
            tensor(presence, [heard.Length, 2]));
        return WindowLoss.Of(logits, [.. heard.Select(window => window.IsKeyword)]);
    }

    /// <summary>Reads lip features and measures of a window; returns the speed at which they go.</summary>
    private double ReadLips(in AudioVisualWindow window, Span<float> target, Random random)
    {
        var rendering = _lips.Draw(window.Clip, random);
        var beforeRendering = window.Before is { } before ? _lips.Draw(before, random) : 0;
        _lips.Read(window, rendering, beforeRendering, random.Next(-1, 2), target);
        return _lips.Speed(window.Clip, rendering);
    }

    /// <summary>Puts the lip features of another window beside the measures that are there.</summary>
    private void ReadPictures(in AudioVisualWindow window, Span<float> target, Random random)
    {
        var (features, values) = (AudioVisualRecipe.Model.LipFeatures, AudioVisualRecipe.Model.LipValues);
        var other = new float[target.Length];
        ReadLips(window, other, random);
        for (var at = 0; at < target.Length; at += values) other.AsSpan(at, features).CopyTo(target[at..]);
    }
}
