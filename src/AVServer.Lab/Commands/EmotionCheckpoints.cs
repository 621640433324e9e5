using System.Globalization;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>Trained emotion models from their last checkpoint, in evaluation mode.</summary>
internal static class EmotionCheckpoints
{
    /// <summary>The whole model: the one that does both where the recipe reads, else the one that hears.</summary>
    internal static nn.Module Load(LabFolders folders, EmotionRecipe recipe) => recipe.Reads
        ? Load(folders, recipe, "fused", new MscnnSpu(recipe.Mscnn!))
        : Load(Path.Combine(folders.Run(recipe.Name), EmotionTraining.SoundFile), recipe, EmotionNetwork.Create(recipe).Module);

    private static nn.Module Load(LabFolders folders, EmotionRecipe recipe, string stage, nn.Module model)
    {
        var folder = Path.Combine(folders.Run(recipe.Name), stage);
        var marker = Path.Combine(folder, "step");
        return Load(File.Exists(marker) ? Path.Combine(folder, FormattableString.Invariant($"{int.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture)}.weights")) : marker, recipe, model);
    }

    /// <exception cref="FileNotFoundException">The stage has not been trained.</exception>
    private static nn.Module Load(string weights, EmotionRecipe recipe, nn.Module model)
    {
        if (!File.Exists(weights)) throw new FileNotFoundException($"Expected weights of {recipe.Name} at {weights}, found none. Run 'av-lab train-emotion' first.", weights);
        model.load(weights);
        model.eval();
        return model;
    }
}
