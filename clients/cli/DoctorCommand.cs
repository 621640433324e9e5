using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using AVServer.Cli.Doctor;

namespace AVServer.Cli;

/// <summary><c>av doctor</c>: looks at what a server needs, or asks one that runs, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var models = new Option<string>("--models-path")
        {
            Description = "Folder of the models; default: the environment variable AVSERVER_MODELS, else models.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_MODELS") ?? "models",
        };
        var ffmpeg = new Option<string>("--ffmpeg-path")
        {
            Description = "The ffmpeg program; default: the environment variable Media__FfmpegPath, else ffmpeg.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Media__FfmpegPath") ?? "ffmpeg",
        };
        var listen = new Option<Uri[]>("--listen")
        {
            Description = "Where the server is to listen; default: the environment variable Urls, else http://127.0.0.1:5080.",
            DefaultValueFactory = result =>
                Addresses(result, (Environment.GetEnvironmentVariable("Urls") ?? "http://127.0.0.1:5080").Split(';')),
            CustomParser = result => Addresses(result, result.Tokens.Select(token => token.Value)),
        };
        var server = new Option<Uri?>("--server")
        {
            Description = "Asks the server at this address how it is, in place of looking at this machine.",
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")) return url;
                result.AddError($"--server: expected an address such as http://127.0.0.1:5080, got '{result.Tokens[0].Value}'.");
                return null;
            },
        };
        var apiKey = new Option<string?>("--api-key")
        {
            Description = "Key that the server wants; default: the environment variable AVSERVER_API_KEY.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_API_KEY"),
        };
        var json = new Option<bool>("--json") { Description = "Prints one JSON line a finding." };
        var command = new Command(
            "doctor", "Checks what a server needs on this machine, or a server that runs; exit code 1 where something fails.")
        {
            models, ffmpeg, listen, server, apiKey, json,
        };
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            var findings = parsed.GetValue(server) is { } address
                ? ServerAsync(address, parsed.GetValue(apiKey), cancellationToken)
                : MachineAsync(parsed.GetValue(models)!, parsed.GetValue(ffmpeg)!, parsed.GetValue(listen)!, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            var failed = false;
            await foreach (var finding in findings.WithCancellation(cancellationToken))
            {
                failed |= finding.Verdict == FindingVerdict.Fail;
                if (parsed.GetValue(json)) Output.Write(output, finding);
                else await WriteAsync(output, finding);
            }
            return failed ? Output.Failed : 0;
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static async IAsyncEnumerable<Finding> ServerAsync(
        Uri address, string? apiKey, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var finding in await ServerChecks.ServerAsync(address, apiKey, TimeProvider.System, cancellationToken))
            yield return finding;
    }

    private static async IAsyncEnumerable<Finding> MachineAsync(
        string models, string ffmpeg, Uri[] listen,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return MachineChecks.Dotnet();
        yield return MachineChecks.Processor();
        yield return MachineChecks.Memory();
        yield return MachineChecks.Disk();
        foreach (var finding in MachineChecks.NativeLibraries()) yield return finding;
        foreach (var finding in await MediaChecks.FfmpegAsync(ffmpeg, cancellationToken)) yield return finding;
        yield return await MediaChecks.SandboxAsync(cancellationToken);
        foreach (var finding in ModelChecks.Models(models)) yield return finding;
        yield return await GpuChecks.GpuAsync(cancellationToken);
        foreach (var address in listen) yield return await PortChecks.PortAsync(address, cancellationToken);
    }

    private static async Task WriteAsync(TextWriter output, Finding finding)
    {
        var verdict = finding.Verdict.ToString().ToLowerInvariant();
        await output.WriteLineAsync($"{verdict,-4}  {finding.Check}: {finding.Found}");
        if (finding.Remedy is not null) await output.WriteLineAsync($"      → {finding.Remedy}");
    }

    private static Uri[] Addresses(ArgumentResult result, IEnumerable<string> urls)
    {
        List<Uri> addresses = [];
        foreach (var url in urls)
        {
            if (Address(url) is { } address) addresses.Add(address);
            else result.AddError($"--listen: expected an address such as http://127.0.0.1:5080, got '{url}'.");
        }
        return [.. addresses];
    }

    // '*' and '+' stand for all addresses, which is no host to an address.
    private static Uri? Address(string url) =>
        Uri.TryCreate(
            url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal),
            UriKind.Absolute, out var address) && (address.Scheme is "http" or "https") ? address : null;
}
