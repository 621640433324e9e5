using System.Globalization;
using System.Security.Cryptography;
using AVServer.Lab.Data;
using AVServer.Lab.Export;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab export-av</c>: writes a trained audio-visual spotter's graphs and manifest, with the recipe and the training log beside them.
/// </summary>
public static class ExportAvCommand
{
    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = AudioVisualRecipe.Load(recipePath);
        var data = DataRecipe.Load(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data));
        var visual = AudioVisualCheckpoints.Visual(folders, recipe);
        var (lips, spotter) = (ModelExporter.Export(visual.Encoder), ModelExporter.Export(AudioVisualCheckpoints.Joint(folders, recipe)));
        var folder = Path.Combine(folders.Models, recipe.Name);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, AudioVisualFiles.Lips), lips.Graph);
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.MainFile), spotter.Graph);
        File.WriteAllLines(
            Path.Combine(folder, TrainAvCommand.LogFile),
            recipe.Stages.SelectMany(
                stage => File.ReadLines(Path.Combine(folders.Run(Path.Combine(recipe.Name, stage)), TrainAvCommand.LogFile))));
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), Manifest(recipe, data.Keyword, lips, spotter).ToJson());
        var difference = Math.Max(lips.MaxDifference, spotter.MaxDifference);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Name}: lips {lips.Graph.Length} bytes, spotter {spotter.Graph.Length} bytes, "
            + $"they differ from their definitions by at most {difference:E1}"));
    }

    private static ModelManifest Manifest(AudioVisualRecipe recipe, string keyword, ExportedModel lips, ExportedModel spotter)
    {
        var config = AudioVisualRecipe.Model;
        return new ModelManifest
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Kind = ModelKind.AudioVisualSpotter,
            Description = $"Audio-visual spotter for '{keyword}': small FLCMA conformers ({recipe.Members}) on fbank and lips; serves "
                + "sound alone and lips alone too.",
            Licence = "CC-BY-SA-4.0",
            Source = $"av-lab train-av src/AVServer.Lab/Recipes/{recipe.Name}.json, seed {recipe.Seed}",
            Files = new Dictionary<string, ModelFile>
            {
                [ModelManifest.MainFile] = Described(spotter),
                [AudioVisualFiles.Lips] = Described(lips),
            },
            Features = new FeatureSpec("fbank"),
            Inputs = spotter.Inputs,
            Outputs = spotter.Outputs,
            Labels = [keyword],
            AudioVisual = new AudioVisualSpec(
                config.RoiSize, config.RoiChannels, config.LipFeatures, config.AudioFrames, config.VideoFrames,
                LipMeasures: config.LipMeasures),
        };
    }

    private static ModelFile Described(ExportedModel model) =>
        new(Convert.ToHexStringLower(SHA256.HashData(model.Graph)), model.Graph.Length);
}
