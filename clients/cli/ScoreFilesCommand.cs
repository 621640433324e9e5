using System.CommandLine;

namespace AVServer.Cli;

/// <summary><c>av score</c>: one JSON line a file, in the order of the files.</summary>
internal static class ScoreFilesCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Media files, and folders of them.", Arity = ArgumentArity.OneOrMore };
        var local = new Option<bool>("--local") { Description = "Score in this process, without a server." };
        var posteriors = new Option<bool>("--posteriors") { Description = "Add the posterior curves." };
        var model = new Option<string?>("--model") { Description = "Only this keyword model; default: those that listen on the server." };
        var modelsPath = ModelsPath();
        var lips = new Option<string?>("--lips")
        {
            Description = "With --local: look for words on lips too, by this model, as lip-phones (an experiment).",
        };
        var purpose = new Option<string?>("--purpose")
        {
            Description = "With --local: estimate emotion too, for this purpose; at work and in education it is refused.",
        };
        var jobs = Jobs();
        var output = OutputPath();
        var report = new Option<string?>("--report")
        {
            Description = "Also write a page for people, with time lines and posterior curves, to this file.",
        };
        var resume = Resume();
        var words = WordsCommand.OfCall();
        var noVideo = new Option<bool>("--no-video") { Description = "Only hear, whatever the pictures show: to compare." };
        var server = new ServerOptions();
        var command = new Command("score", "Scores media files: prints what was detected in each, one JSON line a file.")
        {
            files, local, posteriors, model, modelsPath, words, noVideo, lips, purpose, jobs, output, report, resume,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(resume) && result.GetValue(output) is null && result.GetValue(report) is null)
                result.AddError("--resume: expected --output or --report beside it, which say what to go on with.");
        });
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            var page = parsed.GetValue(report);
            var lines = parsed.GetValue(output)
                ?? (page is not null && parsed.GetValue(resume) ? Path.ChangeExtension(page, ".jsonl") : null);
            await using IFileScorer scorer = parsed.GetValue(local)
                ? new LocalScorer(
                    parsed.GetValue(modelsPath)!, parsed.GetValue(purpose), parsed.GetValue(words), parsed.GetValue(lips),
                    video: !parsed.GetValue(noVideo))
                : new RemoteScorer(server.Connect(parsed), parsed.GetValue(words), video: !parsed.GetValue(noVideo));
            var run = new ScoreRun(
                scorer, parsed.GetValue(posteriors) || page is not null, parsed.GetValue(model), parsed.GetValue(jobs),
                TimeProvider.System);
            using var results = ScoreResults.Open(lines, parsed.GetValue(resume), parsed.InvocationConfiguration.Output);
            var found = MediaPaths.Expand(parsed.GetValue(files)!, parsed.InvocationConfiguration.Error);
            return await run.RunAsync(
                found, results, page, parsed.InvocationConfiguration.Error, !Console.IsErrorRedirected, cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Option<string> ModelsPath() => new("--models-path")
    {
        Description = "With --local: folder of the models; default: the environment variable AVSERVER_MODELS, else models.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_MODELS") ?? "models",
    };

    private static Option<int> Jobs()
    {
        var jobs = new Option<int>("--jobs")
        {
            Description = "Files scored at the same time.",
            DefaultValueFactory = _ => Environment.ProcessorCount
        };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--jobs: expected at least 1.");
        });
        return jobs;
    }

    private static Option<string?> OutputPath() => new("--output")
    {
        Description = "File for the lines; default: standard output, with --report and --resume the report's name with .jsonl."
    };

    private static Option<bool> Resume() => new("--resume")
    {
        Description = "Leave out files that the output has already, and go on with it; those that failed are tried again."
    };
}
