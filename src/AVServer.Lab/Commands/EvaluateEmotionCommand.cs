using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-emotion</c>: reports the cross-validation of an emotion recipe and of those beside it, and what the exported weights say of corpora that they never met.</summary>
public static class EvaluateEmotionCommand
{
    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = EmotionRecipe.Load(recipePath);
        set_num_threads(recipe.Threads);
        var folder = Path.Combine(folders.Models, recipe.Name);
        var manifest = ModelManifest.Parse(File.ReadAllText(Path.Combine(folder, ModelManifest.FileName)));
        var recipes = Path.GetDirectoryName(Path.GetFullPath(recipePath))!;
        var report = new EmotionReport(recipe, Scores(folders, recipe), manifest.Emotion!);
        var text = report.ToMarkdown();
        var texts = Path.Combine(folders.Run(recipe.Name), TrainEmotionCommand.TextScores);
        if (File.Exists(texts)) text += report.TextsToMarkdown(EmotionScores.Read(texts));
        if (recipe.Elsewhere is { Count: > 0 }) text += report.CrossCorpusToMarkdown(Elsewhere(folders, recipe));
        foreach (var beside in (recipe.Beside ?? []).Select(name => EmotionRecipe.Load(Path.Combine(recipes, $"{name}.json"))))
        {
            var other = new EmotionReport(beside, Scores(folders, beside), manifest.Emotion!);
            text += $"\n## {beside.Description}\n\n" + other.FoldsToMarkdown();
            File.WriteAllText(Path.Combine(folder, $"{beside.Name}.svg"), other.ToSvg());
        }
        File.WriteAllText(Path.Combine(folder, "evaluation.md"), text);
        File.WriteAllText(Path.Combine(folder, "confusion.svg"), report.ToSvg());
        output.Write(text);
    }

    private static IReadOnlyList<EmotionScore> Scores(LabFolders folders, EmotionRecipe recipe)
    {
        var path = Path.Combine(folders.Run(recipe.Name), FoldEmotionCommand.Scores);
        return File.Exists(path) ? EmotionScores.Read(path) : throw new FileNotFoundException($"Expected the cross-validation of {recipe.Name} at {path}, found none. Run 'av-lab fold-emotion' first.", path);
    }

    /// <summary>What the whole model says of corpora that it never met, by corpus.</summary>
    private static IEnumerable<(string Set, IReadOnlyList<EmotionScore> Scores)> Elsewhere(LabFolders folders, EmotionRecipe recipe)
    {
        var materials = new EmotionDatasets(folders, recipe);
        if (recipe.Votes is { } votes) materials.Add(EmotionDatasets.ReadVectors(Path.Combine(folders.Models, votes)));
        var network = EmotionCheckpoints.Load(folders, recipe);
        foreach (var set in recipe.Elsewhere!)
        {
            var bank = materials.Bank([set]);
            var all = Enumerable.Range(0, bank.Recordings.Count);
            yield return (set.Set, network is MscnnSpu { Config.Text: true } mscnn
                ? [.. EmotionScorer.ScoreAudioAndText(mscnn, bank, all.Select(place => (place, (Data.Emotion.LabelledText?)null)), materials.Vectors!, EmotionConditions.NoWords, 0)]
                : [.. EmotionScorer.ScoreAudio(network is MscnnSpu hears ? new EmotionNetwork(hears) : new EmotionNetwork((LightSerNet)network), bank, all, 0)]);
        }
    }
}
