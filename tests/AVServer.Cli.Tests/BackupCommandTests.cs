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
        Assert.Equal(0, (await CommandRun.OfAsync(first, WordsCommand.Create(), "add", "hey marvin")).Code);
        var made = await CommandRun.OfAsync(first, BackupCommand.Create(), file);
        Assert.Equal((0, "", ""), (made.Code, made.Output, made.Error));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        await using var second = await EchoServer.StartAsync();
        var restored = await CommandRun.OfAsync(second, BackupCommand.CreateRestore(), file);
        Assert.Equal((0, ""), (restored.Code, restored.Error));
        Assert.Equal("""{"words":1,"events":0,"clips":0}""", restored.Output.Trim());
        Assert.Contains("hey marvin", (await CommandRun.OfAsync(second, WordsCommand.Create(), "list")).Output, StringComparison.Ordinal);

        // What is there isn't written over.
        var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await CommandRun.OfAsync(first, BackupCommand.Create(), file)).Code);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_server_or_a_file_nothing_is_left()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        var file = Path.Combine(folder.Path, "backup.jsonl.gz");
        var (missing, _, reason) = await CommandRun.OfAsync(server, BackupCommand.CreateRestore(), file);
        Assert.Equal(1, missing);
        Assert.StartsWith("av: ", reason, StringComparison.Ordinal);
        await server.DisposeAsync();
        Assert.Equal(1, (await CommandRun.OfAsync(server, BackupCommand.Create(), file)).Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
