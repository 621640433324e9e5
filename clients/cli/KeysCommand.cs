using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;

namespace AVServer.Cli;

/// <summary><c>av keys</c>: makes keys for a server, without asking one.</summary>
internal static class KeysCommand
{
    private const int KeyBytes = 32;

    private static readonly string[] Scopes = ["publish", "subscribe", "score", "admin"];

    public static Command Create()
    {
        var command = new Command("keys", "Keys by which a server lets programs in.");
        command.Subcommands.Add(New());
        return command;
    }

    private static Command New()
    {
        var name = new Argument<string>("name") { Description = "What the key is called in the settings and wherever it is spoken of." };
        var scopes = new Option<string[]>("--scope") { Description = "What it opens; may be given again and again; default: everything." };
        scopes.AcceptOnlyFromAmong(Scopes);
        var streams = new Option<string[]>("--stream")
        {
            Description = "Only for this stream, with * at its end for all that begin so; may be given again and again; default: all.",
        };
        var command = new Command("new",
            "Prints a fresh key, which is not kept anywhere, and what to add to the server's Security:Keys, as one JSON line.")
        {
            name, scopes, streams,
        };
        command.SetAction(parsed =>
        {
            var key = "av_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
            string[] opened = parsed.GetValue(scopes) is { Length: > 0 } some ? some : Scopes;
            var settings = new { Name = parsed.GetValue(name), Sha256 = digest, Scopes = opened, Streams = parsed.GetValue(streams) ?? [] };
            Output.Write(parsed.InvocationConfiguration.Output, new { Key = key, Settings = settings });
            parsed.InvocationConfiguration.Error.WriteLine("av: give the key to its program now, it can't be shown again; add the "
                + "settings to Security:Keys in the server's appsettings.json.");
        });
        return command;
    }
}
