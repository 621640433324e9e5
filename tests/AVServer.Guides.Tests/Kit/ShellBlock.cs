using System.Text.RegularExpressions;

namespace AVServer.Guides.Tests.Kit;

/// <summary>Types a block's commands one after another; those that never end by themselves go on until the block is done.</summary>
internal static partial class ShellBlock
{
    // What a command must write, and whether it ends by itself; one that is not here has no runner.
    private static readonly (string Prefix, string Expected, bool Ends)[] Known =
    [
        ("scripts/run.sh", @"Now listening on: http://\S+", false),
        ("scripts/av words add", "\"name\":\"hey marvin\"", true),
        // Where there are no recordings of people, noise stands for them.
        ("scripts/av words enrol", "\"enrolment\":|didn't hear it in", true),
        ("scripts/av words forget", "", true),
        ("scripts/av words list", "\"keyword\":\"hey marvin\"", true),
        ("scripts/av words remove", "", true),
        ("scripts/av listen", "\"type\":\"wakeWord\"", false),
        ("scripts/av score", "\"keyword\":\"computer\"|av: 3 of 3 files", true),
        ("scripts/av stream --device", "\"type\":\"closed\",\"reason\":\"completed\"", true),
        ("scripts/av stream", "\"type\":\"wakeWord\"", true),
        ("scripts/av sources list", "", true),
        ("scripts/av backup", "", true),
        ("scripts/av jobs", "", true),
        ("scripts/av status", "\"models\":", true),
        ("scripts/av doctor", "ok    models: ", true),
        ("ffmpeg", "", true),
        ("curl -sS -X POST", "\"name\":\"hey marvin\"", true),
        ("curl", "", true),
    ];

    /// <summary>The commands of a block: lines, those that end with a backslash joined to the next, without comments.</summary>
    public static IEnumerable<string> Commands(CodeBlock block) =>
        Continuation().Replace(block.Text, " ").Split('\n').Select(line => Comment().Replace(line, "").Trim())
            .Where(line => line.Length > 0);

    /// <summary>Whether there is a runner for every command.</summary>
    public static bool CanRun(CodeBlock block) => Commands(block).All(command => Find(command) is not null);

    /// <summary>Runs the block.</summary>
    public static async Task RunAsync(CodeBlock block, Newcomer newcomer)
    {
        var folder = newcomer.FreshFolder($"shell-{Path.ChangeExtension(block.Guide, null).Replace('/', '-')}-{block.Line}");
        var endless = new List<RunningProgram>();
        try
        {
            foreach (var command in Commands(block))
            {
                var (_, expected, ends) = Find(command)!.Value;
                var program = RunningProgram.Start(folder, newcomer.Environment, "bash", "-c", newcomer.Addressed(command));
                endless.Add(program);
                if (ends) await program.ExitAsync();
                await program.UntilAsync(new Regex(expected));
                // Who sends by PUT and reads no answer isn't told that it was refused.
                if (SentStream().Match(command) is { Success: true } sent) await HeardAsync(newcomer.Address, sent.Groups[1].Value);
            }
        }
        finally
        {
            foreach (var program in endless) await program.DisposeAsync();
        }
    }

    private static async Task HeardAsync(Uri server, string streamId)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var timeout = new CancellationTokenSource(RunningProgram.Timeout);
        using var events = new StreamReader(await http.GetStreamAsync($"api/events?streamId={streamId}&after=0:0", timeout.Token));
        while (await events.ReadLineAsync(timeout.Token) is { } line)
        {
            if (!line.Contains("\"type\":\"closed\"", StringComparison.Ordinal)) continue;
            Assert.Contains("\"reason\":\"completed\"", line, StringComparison.Ordinal);
            return;
        }
        Assert.Fail($"Expected the stream {streamId} to be heard to its end.");
    }

    private static (string Prefix, string Expected, bool Ends)? Find(string command) =>
        Known.Where(known => command.StartsWith(known.Prefix, StringComparison.Ordinal)).Select(known => ((string, string, bool)?)known)
            .FirstOrDefault();

    [GeneratedRegex(@"-method PUT '?http\S+/media/(\w+)")]
    private static partial Regex SentStream();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(^|\s)#\s.*$")]
    private static partial Regex Comment();
}
