using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>
/// Scores many files, a few at a time; a file that can't be scored becomes a line with its error and doesn't stop the others.
/// </summary>
/// <param name="scorer">Where files are scored.</param>
/// <param name="posteriors">Whether reports carry curves.</param>
/// <param name="model">Only this keyword model; null: those that listen.</param>
/// <param name="jobs">Files at the same time.</param>
/// <param name="time">Measures the run.</param>
internal sealed class ScoreRun(IFileScorer scorer, bool posteriors, string? model, int jobs, TimeProvider time)
{
    /// <summary>Scores what <paramref name="results"/> does not hold yet.</summary>
    /// <param name="files">All files of the run.</param>
    /// <param name="results">Takes a line a file, in the order of the files.</param>
    /// <param name="page">Where a page for people is to stand, of all files; null: none.</param>
    /// <param name="error">Told how far the run is when it is longer than one short file, and the warnings of each file.</param>
    /// <param name="isTerminal">Whether <paramref name="error"/> is one.</param>
    /// <param name="cancellationToken">Breaks off; lines that are written stay.</param>
    /// <returns>0, or <see cref="Output.Failed"/> if any file failed or there was none.</returns>
    public async Task<int> RunAsync(
        IReadOnlyList<string> files, ScoreResults results, string? page, TextWriter error, bool isTerminal,
        CancellationToken cancellationToken)
    {
        var done = results.Before.Select(line => line.File).ToHashSet();
        string[] left = [.. files.Where(file => !done.Contains(file))];
        var progress = new ScoreProgress(
            files.Count > 1 || isTerminal ? error : null, isTerminal, left.Length, files.Count - left.Length, time);
        using var report = page is null ? null : await ReportPage.BeginAsync(page, files.Count);
        if (report is not null)
            foreach (var line in results.Before.Where(line => files.Contains(line.File))) await report.AddAsync(line, cancellationToken);
        var anyFailed = false;
        await foreach (var line in ScoreAsync(left, progress, cancellationToken))
        {
            results.Write(line);
            foreach (var warning in line.Report?.Warnings ?? []) await error.WriteLineAsync($"av: {line.File}: {warning.Message}");
            progress.Complete(line);
            if (report is not null) await report.AddAsync(line, cancellationToken);
            anyFailed |= line.Failed is not null;
        }
        progress.End();
        if (report is not null) await report.CompleteAsync();
        return files.Count > 0 && !anyFailed ? 0 : Output.Failed;
    }

    private async IAsyncEnumerable<ScoreLine> ScoreAsync(
        string[] files, ScoreProgress progress,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var underWay = new Queue<Task<ScoreLine>>();
        foreach (var file in files)
        {
            if (underWay.Count >= jobs) yield return await underWay.Dequeue();
            underWay.Enqueue(Task.Run(() => ScoreAsync(file, progress, cancellationToken), cancellationToken));
        }
        while (underWay.Count > 0) yield return await underWay.Dequeue();
    }

    private async Task<ScoreLine> ScoreAsync(string file, ScoreProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            return new ScoreLine(
                await scorer.ScoreAsync(file, posteriors, model, at => progress.Report(file, at), cancellationToken), null);
        }
        // One unreadable file is a line of the result; without server or model, or with a bad word, all would fail: those end the run.
        catch (Exception exception)
            when (Output.CodeOf(exception) is { } code and not ("unreachable" or FaultCodes.UnknownModel or FaultCodes.BadKeyword))
        {
            return new ScoreLine(null, new FailedFile(file, new FileError(code, exception.Message)));
        }
    }
}
