using System.CommandLine;
using AVServer.Client.Tests.Kit;

namespace AVServer.Cli.Tests;

/// <summary><c>av backup</c> and <c>av restore</c> from one server to another.</summary>
[Trait("Category", "server")]
public sealed class BackupCommandTests
{
    [Fact]
    public async Task Words_of_one_server_are_restored_on_another()
    {
        await using var first = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        var file = Path.Combine(folder.Path, "backup.jsonl.gz");
        Assert.Equal(0, (await RunAsync(first, WordsCommand.Create(), "add", "hey marvin")).Code);
        Assert.Equal((0, "", ""), await RunAsync(first, BackupCommand.Create(), file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        await using var second = await EchoServer.StartAsync();
        var (code, restored, error) = await RunAsync(second, BackupCommand.CreateRestore(), file);
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("""{"words":1,"events":0,"clips":0}""", restored.Trim());
        Assert.Contains("hey marvin", (await RunAsync(second, WordsCommand.Create(), "list")).Output, StringComparison.Ordinal);

        // What is there isn't written over.
        var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await RunAsync(first, BackupCommand.Create(), file)).Code);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_server_or_a_file_nothing_is_left()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        var file = Path.Combine(folder.Path, "backup.jsonl.gz");
        var (missing, _, reason) = await RunAsync(server, BackupCommand.CreateRestore(), file);
        Assert.Equal(1, missing);
        Assert.StartsWith("av: ", reason, StringComparison.Ordinal);
        await server.DisposeAsync();
        Assert.Equal(1, (await RunAsync(server, BackupCommand.Create(), file)).Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        EchoServer server, Command command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await command.Parse([.. arguments, "--url", server.Address.ToString()])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
