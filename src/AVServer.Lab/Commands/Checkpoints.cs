using System.Globalization;
using AVServer.Lab.Training;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>Trained models from their last checkpoint.</summary>
public static class Checkpoints
{
    private const string Marker = "step";

    /// <summary>The first stage, in evaluation mode.</summary>
    public static Mdtc Spotter(LabFolders folders, TrainRecipe recipe) =>
        Load(folders, recipe, new Mdtc(recipe.Spotter ?? throw new ArgumentException($"Expected a spotter's recipe, {recipe.Name} is "
            + "none.", nameof(recipe))));

    /// <summary>The second stage, in evaluation mode.</summary>
    public static VerifierEnsemble Verifier(LabFolders folders, TrainRecipe recipe) =>
        Load(
            folders, recipe,
            new VerifierEnsemble(
                recipe.Verifier ?? throw new ArgumentException($"Expected a verifier's recipe, {recipe.Name} is none.", nameof(recipe))));

    private static T Load<T>(LabFolders folders, TrainRecipe recipe, T model) where T : nn.Module => Restore(folders, recipe.Name, model);

    /// <summary>Whether a run has a checkpoint.</summary>
    public static bool Exists(LabFolders folders, string run) => File.Exists(Path.Combine(folders.Run(run), Marker));

    /// <summary>A model with the weights of a run's last checkpoint, in evaluation mode.</summary>
    public static T Restore<T>(LabFolders folders, string run, T model) where T : nn.Module
    {
        var folder = folders.Run(run);
        var marker = Path.Combine(folder, Marker);
        if (!File.Exists(marker))
            throw new FileNotFoundException($"Expected a checkpoint of {run} in {folder}, found none. Train it first.", marker);
        model.load(
            Path.Combine(
                folder, FormattableString.Invariant($"{int.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture)}.weights")));
        model.eval();
        return model;
    }
}
