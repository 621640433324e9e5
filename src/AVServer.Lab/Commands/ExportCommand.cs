using System.Security.Cryptography;
using AVServer.Lab.Data;
using AVServer.Lab.Export;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab export</c>: writes a trained model's ONNX file and manifest, with the recipe and the training log beside them.
/// </summary>
public static class ExportCommand
{
    private const string SpotterName = "computer-spotter";

    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = TrainRecipe.Load(recipePath);
        var keyword = DataRecipe.Load(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data)).Keyword;
        var model = recipe.Spotter is null
            ? ModelExporter.Export(Checkpoints.Verifier(folders, recipe))
            : ModelExporter.Export(Checkpoints.Spotter(folders, recipe));
        var folder = Path.Combine(folders.Models, recipe.Name);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.MainFile), model.Graph);
        File.Copy(Path.Combine(folders.Run(recipe.Name), "training.log"), Path.Combine(folder, "training.log"), overwrite: true);
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), Manifest(recipe, keyword, model).ToJson());
        output.WriteLine(
            FormattableString.Invariant(
                $"{recipe.Name}: {model.Graph.Length} bytes, differs from its definition by at most {model.MaxDifference:E1}"));
    }

    private static ModelManifest Manifest(TrainRecipe recipe, string keyword, ExportedModel model) => new()
    {
        Name = recipe.Name,
        Version = recipe.Version,
        Kind = recipe.Spotter is null ? ModelKind.KeywordVerifier : ModelKind.KeywordSpotter,
        Description = recipe.Spotter is null
            ? $"Second stage for '{keyword}': judges a candidate on Google speech embeddings, and tells where the word lies."
            : $"First stage for '{keyword}': small causal MDTC on fbank, always on, tuned to miss little.",
        Licence = "CC-BY-SA-4.0",
        Source = $"av-lab train src/AVServer.Lab/Recipes/{recipe.Name}.json, seed {recipe.Seed}",
        Files = new Dictionary<string, ModelFile>
        {
            [ModelManifest.MainFile] = new(Convert.ToHexStringLower(SHA256.HashData(model.Graph)), model.Graph.Length),
        },
        Features = recipe.Spotter is null ? null : new FeatureSpec("fbank"),
        Inputs = model.Inputs,
        Outputs = model.Outputs,
        Streaming = model.Streaming,
        Labels = [keyword],
        FirstStage = recipe.Spotter is null ? new FirstStageSpec(SpotterName, new Dictionary<string, float> { [keyword] = 0.5f }, 1) : null,
        Embedding = recipe.Spotter is null ? "speech-embedding" : null,
        WindowSteps = recipe.Verifier?.WindowSteps,
    };
}
