using AVServer.Lab.Words;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-words</c>: how well typed words are found that taught nothing.</summary>
public static class EvaluateWordsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        using var corpus = await WordCorpus.OpenAsync(folders, recipe, recipePath, output.WriteLine, cancellationToken);
        var data = JudgeDataset.Make(corpus, recipe, output.WriteLine);
        await using var rescorer = new CandidateRescorer(folders, data, corpus.Pronouncer, output.WriteLine);
        var rescoring = new RescoringTrainer(corpus, data, recipe, rescorer).Train(output.WriteLine);
        var report = WakeWordReport.Measure(corpus, data, recipe, rescorer, rescoring, output.WriteLine);
        await output.WriteAsync(report);
    }
}
