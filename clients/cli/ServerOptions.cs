using System.CommandLine;
using AVServer.Client;

namespace AVServer.Cli;

/// <summary>How a command finds its server; the same for all of them.</summary>
internal sealed class ServerOptions
{
    private readonly Option<Uri> _url = new("--url")
    {
        Description = "Address of the server; default: the environment variable AVSERVER_URL, else http://127.0.0.1:5080.",
        DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable("AVSERVER_URL") ?? "http://127.0.0.1:5080"),
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")) return url;
            result.AddError($"--url: expected an address such as http://127.0.0.1:5080, got '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    private readonly Option<string?> _apiKey = new("--api-key")
    {
        Description = "Key that the server wants; default: the environment variable AVSERVER_API_KEY.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_API_KEY"),
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_url);
        command.Options.Add(_apiKey);
    }

    public AVServerClient Connect(ParseResult parsed) => new(OptionsOf(parsed));

    /// <summary>A client that waits for as long as the server has no room, and says so.</summary>
    public AVServerClient ConnectPatiently(ParseResult parsed)
    {
        var error = parsed.InvocationConfiguration.Error;
        return new AVServerClient(OptionsOf(parsed) with
        {
            BusyTimeout = Timeout.InfiniteTimeSpan,
            Reconnecting = refused => error.WriteLine($"av: {refused.Message} Trying again."),
        });
    }

    private AVServerClientOptions OptionsOf(ParseResult parsed) => new(parsed.GetValue(_url)!) { ApiKey = parsed.GetValue(_apiKey) };
}
