using System.Globalization;
using AVServer.Lab.Training;
using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>Trained parts of an audio-visual spotter from their last checkpoint, in evaluation mode.</summary>
public static class AudioVisualCheckpoints
{
    /// <summary>The audio model alone.</summary>
    public static UnimodalAudio Audio(LabFolders folders, AudioVisualRecipe recipe) =>
        Load(folders, recipe, "audio", new UnimodalAudio(AudioVisualRecipe.Model));

    /// <summary>The audio-visual networks that vote.</summary>
    public static FlcmaEnsemble Joint(LabFolders folders, AudioVisualRecipe recipe) =>
        new([.. recipe.JointStages.Select(stage => Load(folders, recipe, stage, new FlcmaConformer(AudioVisualRecipe.Model)))]);

    /// <summary>The visual model alone, with its lip encoder.</summary>
    public static UnimodalVisual Visual(LabFolders folders, AudioVisualRecipe recipe) =>
        Load(folders, recipe, "visual", new LipReadingTask(new UnimodalVisual(AudioVisualRecipe.Model), LipReadingTask.WordCount)).Visual;

    /// <summary>Loads a stage's weights into a model.</summary>
    /// <exception cref="FileNotFoundException">The stage has not been trained.</exception>
    private static T Load<T>(LabFolders folders, AudioVisualRecipe recipe, string stage, T model) where T : nn.Module
    {
        var folder = folders.Run(Path.Combine(recipe.Name, stage));
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker))
            throw new FileNotFoundException(
                $"Expected a checkpoint of {recipe.Name}'s {stage} stage in {folder}, found none. Run 'av-lab train-av' first.", marker);
        model.load(
            Path.Combine(
                folder, FormattableString.Invariant($"{int.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture)}.weights")));
        model.eval();
        return model;
    }
}
