using System.CommandLine;
using System.Globalization;
using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary><c>av words</c>: the wake words of a server; those that are given as text come and go while it runs.</summary>
internal static class WordsCommand
{
    private const int FewestRecordings = KeywordEnrolment.FewestRecordings;
    private const int MostRecordings = KeywordEnrolment.MostRecordings;

    public static Command Create()
    {
        var command = new Command("words", "Wake words that are given as text: adds, lists, shows and removes them on a running server.");
        command.Subcommands.Add(Add());
        command.Subcommands.Add(Enrol());
        command.Subcommands.Add(Named(
            "forget",
            "Forgets the recordings of a word; its text alone counts again.",
            (client, name, _, stop) => client.DeleteKeywordRecordingsAsync(name, stop)));
        command.Subcommands.Add(List());
        command.Subcommands.Add(Named(
            "show",
            "Prints a word: how it is said, its threshold, what thresholds stand for, and warnings.",
            async (client, name, output, stop) => Output.Write(output, await client.GetKeywordAsync(name, stop))));
        command.Subcommands.Add(Named(
            "remove", "Listens for a word no more.", (client, name, _, stop) => client.DeleteKeywordAsync(name, stop)));
        return command;
    }

    /// <summary>The option by which a call brings words of its own.</summary>
    public static Option<string[]> OfCall() => new("--word")
    {
        Description = "Also look for this word, e.g. \"hey marvin\" or \"marvin=M AA R V IH N\"; may be given again and again.",
    };

    private static Command Add()
    {
        var text = new Argument<string>("text") { Description = "One or several English words." };
        var pronunciation = new Option<string[]>("--pronunciation")
        {
            Description = "Phones of ARPAbet that overrule how it is said, e.g. \"HH EY M AA R V IH N\"; again for another way to say it.",
        };
        var falseAlarms = new Option<double>("--false-alarms")
        {
            Description = "False alarms per hour of other speech that are allowed.",
            DefaultValueFactory = _ => 0.5,
        };
        var refractory = new Option<double>("--refractory")
        {
            Description = "Seconds after a detection with no other.",
            DefaultValueFactory = _ => 1,
        };
        var streams = new Option<string[]>("--stream")
        {
            Description = "Only for this stream, with * at its end for all that begin so; may be given again and again; default: all.",
        };
        var server = new ServerOptions();
        var command = new Command(
            "add",
            "Listens for a word from now on, on open streams too; prints how it is said and what its threshold stands for, as JSON.")
        {
            text, pronunciation, falseAlarms, refractory, streams,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(pronunciation) is { Length: > 0 } && result.GetValue(text)?.Contains('=') == true)
                result.AddError("words add: expected phones behind = or by --pronunciation, got both.");
        });
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            var request = new KeywordRequest(
                TextOf(parsed.GetValue(text)!, parsed.GetValue(pronunciation) ?? []),
                parsed.GetValue(falseAlarms),
                parsed.GetValue(refractory),
                parsed.GetValue(streams) is { Length: > 0 } some ? some : null);
            var word = await client.AddKeywordAsync(request, cancellationToken);
            Output.Write(parsed.InvocationConfiguration.Output, word);
            foreach (var warning in word.Warnings) await parsed.InvocationConfiguration.Error.WriteLineAsync($"av: {word.Name}: {warning}");
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Command Enrol()
    {
        var text = new Argument<string>("text") { Description = "The word's text; it is listened for from now on if it wasn't before." };
        var files = new Argument<FileInfo[]>("recordings")
        {
            Description = "Three to ten recordings by one voice, of up to ten seconds, with the word once in each.",
            Arity = ArgumentArity.OneOrMore,
        };
        var server = new ServerOptions();
        var command = new Command(
            "enrol",
            "Learns from recordings how a word sounds, and prints by how much each of them is found better with the others' help, as JSON.")
        {
            text, files,
        };
        command.Validators.Add(result =>
        {
            // Said before the word is added for nothing.
            var given = result.GetValue(files) ?? [];
            if (given.Length is < FewestRecordings or > MostRecordings)
                result.AddError($"words enrol: expected {FewestRecordings} to {MostRecordings} recordings, got {given.Length}.");
            else if (given.FirstOrDefault(file => !file.Exists) is { } missing)
                result.AddError($"words enrol: expected a recording, found nothing at '{missing}'.");
        });
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            var recordings = new List<(string, Stream)>();
            try
            {
                foreach (var file in parsed.GetValue(files)!) recordings.Add((file.Name, file.OpenRead()));
                var word = await EnrolAsync(client, parsed.GetValue(text)!, recordings, cancellationToken);
                Output.Write(parsed.InvocationConfiguration.Output, word);
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"av: {word.Name}: {Describe(word.Enrolment!.Recordings)}");
                return 0;
            }
            finally
            {
                foreach (var (_, media) in recordings) await media.DisposeAsync();
            }
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    // A word that is new and then refused its recordings isn't left behind.
    private static async Task<KeywordDetails> EnrolAsync(
        AVServerClient client, string text, List<(string FileName, Stream Media)> recordings, CancellationToken cancellationToken)
    {
        var added = default(KeywordDetails);
        try
        {
            await client.GetKeywordAsync(text, cancellationToken);
        }
        catch (ServerRefusedException refused) when (refused.Code == FaultCodes.NotFound)
        {
            added = await client.AddKeywordAsync(new KeywordRequest(text), cancellationToken);
        }

        try
        {
            return await client.EnrolKeywordAsync(text, recordings, cancellationToken);
        }
        catch (ServerRefusedException) when (added is not null)
        {
            await client.DeleteKeywordAsync(added.Name, CancellationToken.None);
            throw;
        }
    }

    private static string Describe(IReadOnlyList<EnrolledRecording> recordings)
    {
        var (before, after) = (recordings.Count(one => one.ByText >= 0), recordings.Count(one => one.ByOthers >= 0));
        var gain = recordings.Average(one => one.ByOthers - one.ByText);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"of {recordings.Count} recordings {before} are found by text alone, {after} with the help of the others; "
            + $"margin {gain:+0.0;-0.0} on average");
    }

    private static string TextOf(string text, string[] pronunciations) =>
        pronunciations.Length == 0 ? text : $"{text}={string.Join(", ", pronunciations)}";

    private static Command List()
    {
        var server = new ServerOptions();
        var command = new Command(
            "list", "Prints the wake words that live streams are searched for, one JSON line each; those given as text have details.");
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            foreach (var word in await client.GetKeywordsAsync(cancellationToken))
                Output.Write(parsed.InvocationConfiguration.Output, word);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Command Named(string name, string description, Func<AVServerClient, string, TextWriter, CancellationToken, Task> act)
    {
        var word = new Argument<string>("word") { Description = "The word's text." };
        var server = new ServerOptions();
        var command = new Command(name, description) { word };
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            using var client = server.Connect(parsed);
            await act(client, parsed.GetValue(word)!, parsed.InvocationConfiguration.Output, cancellationToken);
            return 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
