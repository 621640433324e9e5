using System.Globalization;
using AVServer.Lab.Training.Emotion;
using AVServer.Models.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>Trained emotion models from their last checkpoint, in evaluation mode.</summary>
internal static class EmotionCheckpoints
{
    /// <summary>The whole model: the one that does both where the recipe reads, else the one that hears.</summary>
    internal static nn.Module Whole(LabFolders folders, EmotionRecipe recipe) => recipe.Reads
        ? Load(folders, recipe, "fused", new MscnnSpu(recipe.Mscnn!))
        : Load(folders, recipe, "sound", EmotionNetwork.OfSound(recipe).Module);

    /// <exception cref="FileNotFoundException">The stage has not been trained.</exception>
    private static nn.Module Load(LabFolders folders, EmotionRecipe recipe, string stage, nn.Module model)
    {
        var folder = Path.Combine(folders.Run(recipe.Name), stage);
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker)) throw new FileNotFoundException($"Expected a checkpoint of {recipe.Name}'s {stage} stage in {folder}, found none. Run 'av-lab train-emotion' first.", marker);
        model.load(Path.Combine(folder, FormattableString.Invariant($"{int.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture)}.weights")));
        model.eval();
        return model;
    }
}
