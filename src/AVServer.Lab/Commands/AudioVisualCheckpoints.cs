using System.Globalization;
using AVServer.Lab.Training;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>Trained parts of an audio-visual spotter from their last checkpoint.</summary>
public static class AudioVisualCheckpoints
{
    /// <summary>Loads a stage's weights into a model and puts it into evaluation mode.</summary>
    /// <exception cref="FileNotFoundException">The stage has not been trained.</exception>
    public static void Load(LabFolders folders, AudioVisualRecipe recipe, string stage, nn.Module model)
    {
        var folder = folders.Run(Path.Combine(recipe.Name, stage));
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker)) throw new FileNotFoundException($"Expected a checkpoint of {recipe.Name}'s {stage} stage in {folder}, found none. Run 'av-lab train-av' first.", marker);
        model.load(Path.Combine(folder, FormattableString.Invariant($"{int.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture)}.weights")));
        model.eval();
    }
}
