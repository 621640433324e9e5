using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Cli.Tests;

/// <summary><c>av jobs</c>.</summary>
[Trait("Category", "server")]
public sealed class JobsCommandTests
{
    [Fact]
    public async Task Job_is_listed_shown_read_and_removed()
    {
        await using var server = await EchoServer.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        using var submitted = await http.PostAsync(Routes.Score + "?job=true&fileName=a.wav", new ByteArrayContent([1, 2, 3]));
        submitted.EnsureSuccessStatusCode();
        var job = Assert.Single((await RunAsync(server, "list")).Lines);
        Assert.Equal("a.wav", job.GetProperty("file").GetString());
        var id = job.GetProperty("id").GetString()!;
        while ((await RunAsync(server, "show", id)).Lines[0].GetProperty("state").GetString() != "succeeded") { }
        Assert.Equal("a.wav", Assert.Single((await RunAsync(server, "result", id)).Lines).GetProperty("file").GetString());
        Assert.Empty((await RunAsync(server, "given-up")).Lines);
        var (refused, _, reason) = await RunAsync(server, "retry", id);
        Assert.Equal(1, refused);
        Assert.Contains("Expected a job that was given up", reason, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(server, "remove", id)).Code);
        Assert.Equal(1, (await RunAsync(server, "show", id)).Code);
        Assert.Empty((await RunAsync(server, "list")).Lines);
    }

    private static Task<CommandRun> RunAsync(EchoServer server, params string[] arguments) =>
        CommandRun.OfAsync(server, JobsCommand.Create(), arguments);
}
