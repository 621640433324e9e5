using System.Diagnostics;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

/// <summary>
/// <c>scripts/av</c> and <c>scripts/av-lab</c>: when they build, and what they cost when they don't. In a checkout of made-up files, whose
/// set-up and build leave a line each.
/// </summary>
[Trait("Category", "slow")]
public sealed class LauncherTests : IDisposable
{
    // A quiet machine needs less than a tenth of it; the one of the tests is busy.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder _checkout = new();

    public LauncherTests()
    {
        foreach (var script in new[] { "av", "av-lab", "ensure-built.sh" }) CopyScript(script);
        Write("scripts/setup.sh", "echo setup $1 >>\"$LOG\"\n");
        // Stands for .NET: its build makes the program, which says what it was called with.
        Write("path/dotnet", """
            [ "$1" = build ] || { IFS=,; echo "ran ${1##*/} ${*:2}"; exit; }
            echo "build $2" >>"$LOG"
            [ ! -f broken ] || exit 1
            name=av; [ "$2" = clients/cli ] || name=av-lab
            mkdir -p "$2/bin/Release/net10.0" && touch "$2/bin/Release/net10.0/$name.dll"

            """);
        string[] others =
        [
            "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "BannedSymbols.txt", "global.json",
            "package-lock.json", "scripts/torchsharp-native.mjs",
        ];
        foreach (var name in others) Write(name, "");
        foreach (var name in new[] { "src/A/A.cs", "src/A/B.cs", "src/AVServer.Lab/L.cs", "clients/cli/Program.cs", "clients/dotnet/C.cs",
            "clients/web/app.js" }) Write(name, "");
    }

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData("av", "setup server, build clients/cli")]
    [InlineData("av-lab", "setup lab, build src/AVServer.Lab")]
    public async Task First_call_sets_up_and_builds_and_the_next_does_not(string script, string expected)
    {
        Assert.Equal(($"ran {script}.dll a,b c", expected), await CallAsync(script, "a", "b c"));
        Assert.Equal(($"ran {script}.dll", ""), await CallAsync(script));
    }

    [Theory]
    [InlineData("echo >>src/A/A.cs", true)]
    [InlineData("touch -d 2001-01-01 clients/dotnet/C.cs", true)]
    [InlineData("rm src/A/B.cs", true)]
    [InlineData("mv src/A/B.cs src/A/C.cs", true)]
    [InlineData("echo >src/A/new.json", true)]
    [InlineData("echo >>Directory.Packages.props", true)]
    [InlineData("echo >>package-lock.json", true)]
    [InlineData("rm -r clients/cli/bin", true)]
    [InlineData("rm -r clients/cli/obj", true)]
    [InlineData("mkdir -p src/A/obj && echo >src/A/obj/A.cs", false)]
    [InlineData("echo >>clients/web/app.js", false)]
    public async Task Program_is_built_again_when_what_it_is_made_of_has_changed(string change, bool built)
    {
        await CallAsync("av");
        await RunAsync("bash", "-c", change);
        Assert.Equal(built ? "setup server, build clients/cli" : "", (await CallAsync("av")).Log);
        Assert.Equal("", (await CallAsync("av")).Log);
    }

    [Fact]
    public async Task Build_that_fails_is_tried_again()
    {
        Write("broken", "");
        Assert.Equal(("", "setup server, build clients/cli"), await CallAsync("av"));
        File.Delete(Path.Combine(_checkout.Path, "broken"));
        Assert.Equal(("ran av.dll", "setup server, build clients/cli"), await CallAsync("av"));
    }

    [Fact]
    public async Task Calls_at_once_build_once()
    {
        var calls = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync(Path.Combine(_checkout.Path, "scripts", "av"))));
        Assert.All(calls, output => Assert.Equal("ran av.dll", output));
        Assert.Equal("setup server, build clients/cli", TakeLog());
    }

    [Fact]
    public async Task Script_is_found_from_anywhere_and_through_a_link()
    {
        using var elsewhere = new TemporaryFolder();
        var link = Path.Combine(elsewhere.Path, "av");
        File.CreateSymbolicLink(link, Path.Combine(_checkout.Path, "scripts", "av"));
        Assert.Equal("ran av.dll x", await RunAsync("bash", "-c", $"cd '{elsewhere.Path}' && ./av x"));
    }

    [Fact]
    public async Task What_is_said_to_be_built_is_taken_as_it_is()
    {
        Assert.Equal("", await RunAsync("env", "AVSERVER_BUILT=1", "scripts/av"));
        await CallAsync("av");
        Write("src/A/A.cs", "changed");
        Assert.Equal("ran av.dll", await RunAsync("env", "AVSERVER_BUILT=1", "scripts/av"));
        Assert.Equal("", TakeLog());
    }

    [Fact]
    public async Task Look_at_what_has_changed_costs_next_to_nothing()
    {
        // As many files as the project has, and then some.
        for (var i = 0; i < 1500; i++) Write($"src/A/{i % 40}/File{i}.cs", "");
        await CallAsync("av");
        Assert.InRange(await FastestOfAsync(5, () => CallAsync("av")), TimeSpan.Zero, LongestStart);
    }

    [Fact]
    public async Task Program_itself_starts_at_once() =>
        Assert.InRange(
            await FastestOfAsync(5, () => RunAsync("dotnet", Path.Combine(AppContext.BaseDirectory, "av.dll"), "--help")), TimeSpan.Zero,
            LongestStart);

    private static async Task<TimeSpan> FastestOfAsync(int times, Func<Task> run)
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await run();
            var took = Stopwatch.GetElapsedTime(started);
            if (took < fastest) fastest = took;
        }
        return fastest;
    }

    private async Task<(string Output, string Log)> CallAsync(string script, params string[] arguments) =>
        (await RunAsync(Path.Combine(_checkout.Path, "scripts", script), arguments), TakeLog());

    /// <summary>What was set up and built since the last time.</summary>
    private string TakeLog()
    {
        var log = Path.Combine(_checkout.Path, "log");
        if (!File.Exists(log)) return "";
        var lines = File.ReadAllLines(log);
        File.Delete(log);
        return string.Join(", ", lines);
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _checkout.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment.Remove("AVSERVER_BUILT");
        start.Environment["LOG"] = Path.Combine(_checkout.Path, "log");
        if (program != "dotnet")
            start.Environment["PATH"] = $"{Path.Combine(_checkout.Path, "path")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await error;
        return output.TrimEnd();
    }

    private void CopyScript(string name)
    {
        var to = Path.Combine(_checkout.Path, "scripts", name);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "scripts", name), to);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_checkout.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var isProgram = name.StartsWith("path/", StringComparison.Ordinal) || name.EndsWith(".sh", StringComparison.Ordinal);
        File.WriteAllText(path, isProgram ? "#!/usr/bin/env bash\n" + text : text);
        if (isProgram && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
