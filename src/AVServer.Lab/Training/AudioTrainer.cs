using AVServer.Lab.Augmentation;
using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Teaches the audio model alone.</summary>
public sealed class AudioTrainer
{
    private readonly AudioVisualRecipe _recipe;
    private readonly AudioVisualSet _set;
    private readonly WindowPlan _plan;
    private readonly WindowFbank _fbank;

    public AudioTrainer(AudioVisualRecipe recipe, AudioVisualSet set, WindowSound sound)
    {
        (_recipe, _set, _plan, _fbank) = (recipe, set, new WindowPlan(set.Clips), new WindowFbank(recipe.Sound, set, sound));
        manual_seed(recipe.Seed);
        Model = new UnimodalAudio(AudioVisualRecipe.Model);
    }

    public UnimodalAudio Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var windows = new WindowSampler(_set, _plan).Batch(_recipe.Audio.Batch, new Random(unchecked((_recipe.Seed * 1_000_003) + step)));
        var fbank = _fbank.Augmented(
            [.. windows.Select(window => (window, (double?)null))], unchecked((_recipe.Seed * 7_919) + (step * 1_009)));
        return WindowLoss.Of(Model.call(fbank), [.. windows.Select(window => window.IsKeyword)]);
    }
}
