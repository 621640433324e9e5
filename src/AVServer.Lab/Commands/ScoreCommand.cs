using AVServer.Lab.Data;
using AVServer.Lab.Scoring;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab score</c>: runs the finished models over a split as the server would, and says what they miss and what they raise.
/// </summary>
public static class ScoreCommand
{
    public static async Task RunAsync(
        LabFolders folders, string dataRecipePath, Split split, TextWriter output, CancellationToken cancellationToken)
    {
        var corpora = new Corpora(dataRecipePath, folders.Cache);
        await using var pipeline = new PipelineScorer(folders.Models);
        var report = await ShippedReport.MeasureAsync(
            corpora.Recipe.Keyword, new EvaluationSet(corpora, split), pipeline, cancellationToken);
        await output.WriteAsync(report.ToMarkdown());
    }
}
