using System.Text.RegularExpressions;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>
/// The Dockerfile and compose.yaml, as far as that can be said without building; <c>scripts/check-container.sh</c> builds and runs.
/// </summary>
[Collection(nameof(Newcomers))]
[Trait("Category", "slow")]
public sealed partial class ContainerTests(Newcomer newcomer)
{
    private static readonly string[] Instructions =
        [.. Continuation().Replace(Text("Dockerfile"), " ").Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    private static readonly string[] Sent =
        [.. Text(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..])];

    [Fact]
    public void What_the_image_is_made_of_is_in_the_checkout_and_in_the_context()
    {
        var copied = Instructions.Where(
            line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
            .ToArray();

        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(
            Directory.EnumerateFileSystemEntries(
                Path.Combine(TestPaths.RepositoryRoot, Path.GetDirectoryName(path)!), Path.GetFileName(path)).Any(),
            $"Expected {path}, which the Dockerfile copies."));
        Assert.All(copied, path => Assert.Contains(Sent, kept => path == kept || path.StartsWith(kept + '/', StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_stage_stands_on_an_image_that_can_be_replaced()
    {
        var arguments = Instructions.Where(line => line.StartsWith("ARG ", StringComparison.Ordinal))
            .Select(line => line[4..].Split('=')[0]);
        var stages = Instructions.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]);
        Assert.Equal(arguments.Select(argument => $"${{{argument}}}"), stages);
    }

    [Fact]
    public void Image_runs_as_somebody_who_is_not_root()
    {
        var last = Instructions.Skip(Array.FindLastIndex(Instructions, line => line.StartsWith("FROM ", StringComparison.Ordinal)))
            .ToArray();
        var user = Assert.Single(last, line => line.StartsWith("USER ", StringComparison.Ordinal))[5..].Split(':');
        Assert.All(user, id => Assert.InRange(int.Parse(id), 1, int.MaxValue));   // as a number, so that an orchestrator can see it too
        Assert.True(
            Array.FindIndex(last, line => line.StartsWith("RUN ", StringComparison.Ordinal)) < Array.FindIndex(
                last, line => line.StartsWith("USER ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Health_of_the_image_is_that_of_the_server()
    {
        var command = HealthCommand().Match(
            Assert.Single(Instructions, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal))).Groups[1].Value;
        var script = Path.Combine(TestPaths.RepositoryRoot, Path.GetRelativePath("/app", command));

        await RunningProgram.RunAsync(newcomer.Folder, new Dictionary<string, string> { ["Urls"] = newcomer.Address.ToString() }, script);
        await using var nobody = RunningProgram.Start(newcomer.Folder, new Dictionary<string, string> { ["Urls"] = "http://*:1" }, script);
        Assert.NotEqual(0, await nobody.EndAsync());
    }

    [Fact]
    public void Every_service_is_closed_and_the_server_needs_none_beside_it()
    {
        var compose = ComposeFile.Read();

        Assert.Equal(["postgres", "redis", "server"], compose.Services.Keys.Order());
        Assert.All(compose.Services.Values, service =>
        {
            Assert.True(service.ReadOnly);
            Assert.Equal(["ALL"], service.CapDrop);
            Assert.Contains("no-new-privileges:true", service.SecurityOpt);
            Assert.Contains(service.Tmpfs, mount => mount.Split(':')[0] == "/tmp");
        });
        Assert.All(compose.Services.Where(service => service.Key != "server"), service =>
        {
            Assert.Equal(["cluster"], service.Value.Profiles);
            Assert.NotEqual("root", service.Value.User);
            Assert.NotNull(service.Value.User);
        });
        var server = compose.Services["server"];
        Assert.Empty(server.Profiles);
        Assert.All(server.Ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.All(server.DependsOn.Values, condition => Assert.Equal("false", condition["required"]));
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, name));

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continuation();

    [GeneratedRegex("CMD \\[\"([^\"]+)\"\\]")]
    private static partial Regex HealthCommand();
}
