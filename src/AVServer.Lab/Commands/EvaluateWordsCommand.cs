using AVServer.Lab.Words;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-words</c>: how well typed words are found that taught nothing.</summary>
public static class EvaluateWordsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        using var material = await JudgeMaterial.OpenAsync(folders, recipe, recipePath, output.WriteLine, cancellationToken);
        var data = JudgeData.Make(material, recipe, output.WriteLine);
        await using var ear = new CandidateEar(folders, data, material.Pronouncer, output.WriteLine);
        var taught = new RescoringTraining(material, data, recipe, ear).Train(output.WriteLine);
        var report = WakeWordReport.Measure(material, data, recipe, ear, taught, output.WriteLine);
        await output.WriteAsync(report);
    }
}
