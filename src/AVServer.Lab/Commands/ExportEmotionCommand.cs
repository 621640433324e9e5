using System.Globalization;
using AVServer.Lab.Export;
using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab export-emotion</c>: writes a trained emotion model's graph and manifest, with the recipe and the training log beside them.</summary>
public static class ExportEmotionCommand
{
    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = EmotionRecipe.Load(recipePath);
        var network = EmotionCheckpoints.Load(folders, recipe);
        var exported = network is MscnnSpu mscnn ? ModelExporter.Export(mscnn, EmotionRecipe.MaxWords) : ModelExporter.Export((LightSerNet)network);
        var (temperature, confidence) = Calibrate(folders, recipe);
        var folder = Path.Combine(folders.Models, recipe.Name);
        ModelFolder.Write(folder, recipePath, exported, new ModelManifest
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Kind = ModelKind.Emotion,
            Description = recipe.Description,
            Licence = recipe.Licence,
            Source = $"av-lab train-emotion src/AVServer.Lab/Recipes/{Path.GetFileName(recipePath)}, seed {recipe.Seed}",
            Files = new Dictionary<string, ModelFile>(),
            Labels = recipe.Labels,
            Emotion = new EmotionSpec(
                FrontEndOf(network), EmotionRecipe.MaxSeconds, EmotionRecipe.MaxWords, recipe.Reads ? EmotionRecipe.WordVectors : null,
                Math.Round(temperature, 3), Math.Round(confidence, 2), recipe.Votes),
        });
        var log = Path.Combine(folders.Run(recipe.Name), TrainEmotionCommand.LogFile);
        File.Copy(log, Path.Combine(folder, TrainEmotionCommand.LogFile), overwrite: true);
        if (recipe.Votes is { } votes) WriteVotes(folders, recipe, votes);
        output.WriteLine(FormattableString.Invariant($"{recipe.Name}: {exported.Graph.Length} bytes, differs from its definition by at most {exported.MaxDifference:E1}; temperature {temperature:F3}, unsure below {confidence:F2}"));
    }

    /// <summary>The words' votes, as a word-vector model of their own.</summary>
    private static void WriteVotes(LabFolders folders, EmotionRecipe recipe, string name)
    {
        var folder = Path.Combine(folders.Models, name);
        // Recipes that read the same texts the same way make the same table.
        if (Same(WordVectorFiles.Words) && Same(WordVectorFiles.Vectors)) return;
        Directory.CreateDirectory(folder);
        var files = new Dictionary<string, ModelFile>();
        foreach (var file in (string[])[WordVectorFiles.Words, WordVectorFiles.Vectors])
        {
            var bytes = File.ReadAllBytes(Path.Combine(folders.Run(recipe.Name), file));
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
            files[file] = ModelFolder.Entry(bytes);
        }
        ModelFolder.WriteManifest(folder, new ModelManifest
        {
            Name = name,
            Version = recipe.Version,
            Kind = ModelKind.WordVectors,
            Description = string.Create(CultureInfo.InvariantCulture, $"What {File.ReadLines(Path.Combine(folder, WordVectorFiles.Words)).Count():N0} English words say for {string.Join(", ", recipe.Labels)}."),
            Licence = "CC-BY-4.0",
            Source = $"av-lab train-emotion of {recipe.Name}: logistic regression on GoEmotions' training split (CC BY 4.0)",
            Files = files,
        });

        bool Same(string file) => File.Exists(Path.Combine(folder, file)) && File.ReadAllBytes(Path.Combine(folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folders.Run(recipe.Name), file)));
    }

    private static EmotionFrontEnd FrontEndOf(object network) => network switch
    {
        MscnnSpu { Config.Descriptors: > 0 } => EmotionFrontEnd.Voice,
        MscnnSpu => EmotionFrontEnd.MfccDeltas,
        _ => EmotionFrontEnd.LightSerNet,
    };

    /// <summary>Temperature and least confidence from the cross-validation: every score is of speakers that its weights never heard.</summary>
    private static (double Temperature, double Confidence) Calibrate(LabFolders folders, EmotionRecipe recipe)
    {
        var path = Path.Combine(folders.Run(recipe.Name), FoldEmotionCommand.Scores);
        if (!File.Exists(path)) throw new FileNotFoundException($"Expected the cross-validation of {recipe.Name} at {path}, found none. Run 'av-lab fold-emotion' first.", path);
        string[] served = recipe.Reads ? [EmotionConditions.NoWords, EmotionConditions.MatchingWords] : [EmotionConditions.Sound];
        var scores = EmotionScores.Read(path).Where(score => served.Contains(score.Condition)).ToList();
        var temperature = scores.FitTemperature();
        return (
            temperature, EmotionScores.MinimumConfidence([[.. scores.Where(score => score.Condition == served[0]).Answers(temperature)]]));
    }
}
