using System.CommandLine;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary><c>av sources</c>: live media that a server pulls by itself, from cameras and stations.</summary>
internal static class SourcesCommand
{
    public static Command Create()
    {
        var command = new Command("sources", "Live media that the server pulls: adds, lists and removes cameras and stations.");
        command.Subcommands.Add(Add());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Remove());
        return command;
    }

    private static Command Add()
    {
        var stream = new Argument<string>("stream") { Description = "Id of the stream that it becomes." };
        var address = new Argument<string>("address")
        {
            Description = "Where it is, by http, https, rtsp, rtsps, rtmp or rtmps; -: it stands on standard input, where no other user of "
                + "this machine sees its password.",
        };
        var pictures = new Option<bool>("--pictures") { Description = "Look at its pictures, too." };
        var mute = new Option<bool>("--no-sound") { Description = "Don't listen to its sound." };
        var words = WordsCommand.OfCall();
        var later = new Option<bool>("--no-wait") { Description = "Don't wait for the first media: the server tries it again and again." };
        var server = new ServerOptions();
        var command = new Command("add", "Has the server pull a camera or station as a stream, and prints how it goes as one JSON line.")
        {
            stream, address, pictures, mute, words, later,
        };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            var url = parsed.GetValue(address)!;
            if (url == "-") url = (await Console.In.ReadLineAsync(cancellationToken))?.Trim() ?? "";
            var request = new SourceRequest(
                parsed.GetValue(stream)!, url, !parsed.GetValue(mute), parsed.GetValue(pictures), parsed.GetValue(words));
            using var client = server.Connect(parsed);
            var details = await client.AddSourceAsync(request, !parsed.GetValue(later), cancellationToken);
            Output.Write(parsed.InvocationConfiguration.Output, details.Source!);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Command List()
    {
        var server = new ServerOptions();
        var command = new Command("list", "Prints the sources and how it goes with them, one JSON line each.");
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            foreach (var source in await client.GetSourcesAsync(cancellationToken))
                Output.Write(parsed.InvocationConfiguration.Output, source);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Command Remove()
    {
        var stream = new Argument<string>("stream") { Description = "Id of its stream." };
        var server = new ServerOptions();
        var command = new Command("remove", "Pulls a source no more, and closes its stream.") { stream };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            await client.DeleteSourceAsync(parsed.GetValue(stream)!, cancellationToken);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
