using System.CommandLine;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary><c>av score</c>: one JSON line a file, in the order of the files.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Media files, and folders of them.", Arity = ArgumentArity.OneOrMore };
        var local = new Option<bool>("--local") { Description = "Score in this process, without a server." };
        var posteriors = new Option<bool>("--posteriors") { Description = "Add the posterior curves." };
        var model = new Option<string?>("--model") { Description = "Only this keyword model; default: those that listen on the server." };
        var modelsPath = new Option<string>("--models-path")
        {
            Description = "With --local: folder of the models; default: the environment variable AVSERVER_MODELS, else models.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_MODELS") ?? "models",
        };
        var jobs = new Option<int>("--jobs") { Description = "Files scored at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--jobs: expected at least 1.");
        });
        var server = new ServerOptions();
        var command = new Command("score", "Scores media files: prints what was detected in each, one JSON line a file.") { files, local, posteriors, model, modelsPath, jobs };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            await using IFileScorer scorer = parsed.GetValue(local) ? new LocalScorer(parsed.GetValue(modelsPath)!) : new RemoteScorer(server.Connect(parsed));
            return await RunAsync(
                scorer, MediaPaths.Expand(parsed.GetValue(files)!), parsed.GetValue(posteriors), parsed.GetValue(model), parsed.GetValue(jobs),
                parsed.InvocationConfiguration.Output, cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Scores all files, a few at a time; a file that can't be scored becomes a line with its error and doesn't stop the others.</summary>
    /// <returns>0, or <see cref="Output.Failed"/> if any file failed or there was none.</returns>
    public static async Task<int> RunAsync(
        IFileScorer scorer, IEnumerable<string> files, bool posteriors, string? model, int jobs, TextWriter output, CancellationToken cancellationToken)
    {
        var underWay = new Queue<Task<(object Line, bool Failed)>>();
        var (any, anyFailed) = (false, false);
        foreach (var file in files)
        {
            any = true;
            if (underWay.Count >= jobs) await WriteNextAsync();
            underWay.Enqueue(Task.Run(() => ScoreAsync(scorer, file, posteriors, model, cancellationToken), cancellationToken));
        }
        while (underWay.Count > 0) await WriteNextAsync();
        return any && !anyFailed ? 0 : Output.Failed;

        async Task WriteNextAsync()
        {
            var (line, failed) = await underWay.Dequeue();
            Output.Write(output, line);
            anyFailed |= failed;
        }
    }

    private static async Task<(object Line, bool Failed)> ScoreAsync(IFileScorer scorer, string file, bool posteriors, string? model, CancellationToken cancellationToken)
    {
        try
        {
            return (await scorer.ScoreAsync(file, posteriors, model, cancellationToken), false);
        }
        // One unreadable file is a line of the result; without the server or the model every file would fail, so those end the run.
        catch (Exception exception) when (Output.CodeOf(exception) is { } code and not ("unreachable" or FaultCodes.UnknownModel))
        {
            return (new FailedFile(file, new FileError(code, exception.Message)), true);
        }
    }

    private sealed record FailedFile(string File, FileError Error);

    private sealed record FileError(string Code, string Message);
}
