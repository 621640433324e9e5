using AVServer.Client.Tests.Kit;

namespace AVServer.Cli.Tests;

/// <summary><c>av sources</c>.</summary>
[Trait("Category", "server")]
public sealed class SourcesCommandTests
{
    [Fact]
    public async Task Source_is_added_listed_and_removed()
    {
        await using var server = await EchoServer.StartAsync();
        // Of documentation's addresses, which may not be pulled from.
        const string Address = "rtsp://u:hidden@203.0.113.1/live";
        var (refused, nothing, reason) = await RunAsync(server, "add", "door", Address);
        Assert.Equal((1, 0), (refused, nothing.Count));
        Assert.StartsWith("av: Expected a source on the public internet", reason, StringComparison.Ordinal);

        var (code, added, error) = await RunAsync(server, "add", "door", Address, "--no-wait", "--pictures");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("rtsp://203.0.113.1/live", Assert.Single(added).GetProperty("url").GetString());
        var (_, listed, _) = await RunAsync(server, "list");
        Assert.Equal("door", Assert.Single(listed).GetProperty("streamId").GetString());
        Assert.Equal(0, (await RunAsync(server, "remove", "door")).Code);
        Assert.Equal(1, (await RunAsync(server, "remove", "door")).Code);
        Assert.Empty((await RunAsync(server, "list")).Lines);
    }

    private static Task<CommandRun> RunAsync(EchoServer server, params string[] arguments) =>
        CommandRun.OfAsync(server, SourcesCommand.Create(), arguments);
}
