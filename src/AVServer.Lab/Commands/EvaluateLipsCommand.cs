using AVServer.Lab.Lips;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab evaluate-lips</c>: trains a network for each fold of a recipe's talkers and measures what lips tell of those left out. Started
/// again, it goes on where it was.
/// </summary>
public static class EvaluateLipsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = LipPhoneRecipe.Load(recipePath);
        using var corpus = await LipCorpus.OpenAsync(folders, recipe, output.WriteLine, cancellationToken);
        await using var fusion = recipe.Babble.Length == 0 ? null
            : await LipFusionTrials.OpenAsync(folders, recipe, corpus, output.WriteLine, cancellationToken);
        var report = new LipPhoneReport(
            recipe, corpus, (run, clips) => TrainLipsCommand.Train(folders, recipe, run, clips, corpus.Targets.Labels, output.WriteLine),
            fusion, output.WriteLine).Measure();
        var folder = Path.Combine(folders.Models, recipe.Name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "evaluation.md"), report, cancellationToken);
    }
}
