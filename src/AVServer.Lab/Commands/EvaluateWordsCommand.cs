using AVServer.Lab.Words;
using AVServer.Pipeline;
using AVServer.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-words</c>: how well typed words are found that taught nothing.</summary>
public static class EvaluateWordsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        using var material = await JudgeMaterial.OpenAsync(folders, recipe, recipePath, output.WriteLine, cancellationToken);
        var data = JudgeData.Make(material, recipe, output.WriteLine);
        await using var services = PipelineServices.BuildPipeline(folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var ear = new CandidateEar(CandidateEar.Open(services.GetRequiredService<ModelRuntime>()), data.Texts, material.Pronouncer, output.WriteLine);
        var (rescoring, slope) = new RescoringTraining(material, data, recipe, ear).Train();
        await output.WriteLineAsync(FormattableString.Invariant($"{rescoring}, slope {slope:F2}"));
        var report = WakeWordReport.Measure(material, data, recipe, ear, (rescoring, slope), output.WriteLine);
        await output.WriteAsync(report);
    }
}
