using System.CommandLine;
using System.Text.Json;
using AVServer.Client.Tests.Kit;

namespace AVServer.Cli.Tests;

/// <summary>What a command did against a server.</summary>
internal sealed class CommandRun
{
    /// <summary>Its exit code.</summary>
    public required int Code { get; init; }

    /// <summary>What it wrote.</summary>
    public required string Output { get; init; }

    /// <summary>What it complained of.</summary>
    public required string Error { get; init; }

    /// <summary>What it wrote as lines of JSON.</summary>
    public List<JsonElement> Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs a command.</summary>
    public static async Task<CommandRun> OfAsync(EchoServer server, Command command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await command.Parse([.. arguments, "--url", server.Address.ToString()])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return new CommandRun { Code = code, Output = output.ToString(), Error = error.ToString() };
    }

    /// <summary>Its lines of JSON, between its exit code and its complaints.</summary>
    public void Deconstruct(out int code, out List<JsonElement> lines, out string error) => (code, lines, error) = (Code, Lines, Error);
}
