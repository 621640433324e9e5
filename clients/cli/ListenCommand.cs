using System.CommandLine;
using System.CommandLine.Parsing;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary><c>av listen</c>: events as they happen.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var stream = new Option<string?>("--stream") { Description = "Only this stream; default: all." };
        var types = new Option<string[]>("--types")
        {
            Description = "Only these types, e.g. wakeWord; default: all but telemetry.",
            AllowMultipleArgumentsPerToken = true
        };
        var after = new Option<EventCursor?>("--after")
        {
            Description = "With --stream: begin after this cursor of an event; 0:0 for all that is kept.",
            CustomParser = ReadCursor,
        };
        var server = new ServerOptions();
        var command = new Command("listen", "Prints events as they happen, one JSON line each, until stopped.") { stream, types, after };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            var filter = new EventFilter(
                parsed.GetValue(stream), parsed.GetValue(types) is { Length: > 0 } some ? some : null, parsed.GetValue(after));
            await foreach (var happened in client.SubscribeAsync(filter, cancellationToken))
                Output.Write(parsed.InvocationConfiguration.Output, happened);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static EventCursor? ReadCursor(ArgumentResult argument)
    {
        try
        {
            return EventCursor.Parse(argument.Tokens[0].Value);
        }
        catch (FormatException exception)
        {
            argument.AddError($"--after: {exception.Message}");
            return null;
        }
    }
}
