using System.Security.Cryptography;
using AVServer.Lab.G2p;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab train-g2p</c>: learns how letters are said from a lexicon, measures it on words that it left out, writes the model, manifest, recipe and log.</summary>
public static class TrainG2pCommand
{
    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = G2pRecipe.Load(recipePath);
        var folder = Path.Combine(folders.Models, recipe.Name);
        Directory.CreateDirectory(folder);
        using var file = new StreamWriter(Path.Combine(folder, "training.log")) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine(line);
            file.WriteLine(line);
        }
        var split = G2pSplit.Of(Lexicon.Load(Path.Combine(folders.Models, recipe.Lexicon, PronunciationFiles.Lexicon)));
        Log($"{recipe.Name} {recipe.Version}: {split.Train.Count} pronunciations to learn from, {split.Dev.Count} dev, {split.Test.Count} test");
        var model = G2pTrainer.Train(recipe, split.Train, Log);
        using var packed = new MemoryStream();
        model.Write(packed);
        var bytes = packed.ToArray();
        File.WriteAllBytes(Path.Combine(folder, PronunciationFiles.LettersToPhones), bytes);
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), Manifest(recipe, bytes).ToJson());
        Log($"{bytes.Length} bytes");
        // Measured on what was written, not on what was trained.
        var letters = LettersToPhones.Load(Path.Combine(folder, PronunciationFiles.LettersToPhones));
        Log($"dev: {G2pScore.Of(letters, split.Dev)}");
        Log($"test: {G2pScore.Of(letters, split.Test)}");
    }

    private static ModelManifest Manifest(G2pRecipe recipe, byte[] model) => new()
    {
        Name = recipe.Name,
        Version = recipe.Version,
        Kind = ModelKind.LettersToPhones,
        Description = "Guesses how an English word is said from its letters, where the lexicon lacks it: a joint n-gram model.",
        Licence = "BSD-2-Clause",
        Source = $"av-lab train-g2p src/AVServer.Lab/Recipes/{recipe.Name}.json, from {recipe.Lexicon}",
        Files = new Dictionary<string, ModelFile> { [PronunciationFiles.LettersToPhones] = new(Convert.ToHexStringLower(SHA256.HashData(model)), model.Length) },
    };
}
