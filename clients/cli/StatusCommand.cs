using System.CommandLine;

namespace AVServer.Cli;

/// <summary><c>av status</c>: what a server has loaded, and who is sending.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var server = new ServerOptions();
        var command = new Command("status", "Prints the server's models and open streams as one JSON line.");
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            Output.Write(
                parsed.InvocationConfiguration.Output,
                new { Models = await client.GetModelsAsync(cancellationToken), Streams = await client.GetStreamsAsync(cancellationToken) });
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
