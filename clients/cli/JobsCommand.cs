using System.CommandLine;
using AVServer.Client;

namespace AVServer.Cli;

/// <summary><c>av jobs</c>: files that a server, or several that are one, score behind their requests.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var command = new Command("jobs", "Files that the server scores behind their requests: lists, shows, puts back and removes them.");
        command.Subcommands.Add(All(
            "list", "Prints the jobs that wait, run, or ended a while ago, one JSON line each.",
            async (client, output, stop) =>
            {
                foreach (var job in await client.GetJobsAsync(stop)) Output.Write(output, job);
            }));
        command.Subcommands.Add(All(
            "given-up", "Prints the jobs that were given up because one server after the other died on them, one JSON line each.",
            async (client, output, stop) =>
            {
                foreach (var job in await client.GetGivenUpJobsAsync(stop)) Output.Write(output, job);
            }));
        command.Subcommands.Add(One(
            "show", "Prints how far a job is.",
            async (client, id, output, stop) => Output.Write(output, await client.GetJobAsync(id, stop))));
        command.Subcommands.Add(One(
            "result", "Prints what a job found.",
            async (client, id, output, stop) => Output.Write(output, await client.GetJobResultAsync(id, stop))));
        command.Subcommands.Add(One(
            "retry", "Puts a job back that was given up.",
            async (client, id, output, stop) => Output.Write(output, await client.RetryJobAsync(id, stop))));
        command.Subcommands.Add(One(
            "remove", "Cancels a job, and has its result forgotten.", (client, id, _, stop) => client.DeleteJobAsync(id, stop)));
        return command;
    }

    private static Command All(string name, string description, Func<AVServerClient, TextWriter, CancellationToken, Task> act)
    {
        var server = new ServerOptions();
        var command = new Command(name, description);
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            await act(client, parsed.InvocationConfiguration.Output, cancellationToken);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Command One(string name, string description, Func<AVServerClient, string, TextWriter, CancellationToken, Task> act)
    {
        var id = new Argument<string>("id") { Description = "Its id, as list prints it." };
        var server = new ServerOptions();
        var command = new Command(name, description) { id };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            await act(client, parsed.GetValue(id)!, parsed.InvocationConfiguration.Output, cancellationToken);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
