using AVServer.Client.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Client.Tests;

/// <summary>The Python client's own tests, against a real server.</summary>
[Trait("Category", "server")]
public sealed class PythonTests
{
    [Fact]
    public async Task Python_client_does_what_its_tests_say()
    {
        await using var server = await EchoServer.StartAsync();
        await RunAsync(server, new Dictionary<string, string> { ["AVSERVER_RESTARTS"] = "1" });
    }

    [Fact]
    public async Task Python_client_brings_its_key()
    {
        await using var server = await EchoServer.StartAsync("a key of the tests");
        await RunAsync(server, new Dictionary<string, string> { ["AVSERVER_KEY"] = "a key of the tests" });
    }

    [Fact]
    public async Task Python_types_are_those_of_the_wire()
    {
        using var folder = new TemporaryFolder();
        await PythonProgram.RunAsync(
            new Dictionary<string, string>(), _ => Task.FromResult<string?>(null), "check_types.py",
            TestPaths.Golden("wire", "contracts.json"), folder.Path);
    }

    private static Task RunAsync(EchoServer server, Dictionary<string, string> environment)
    {
        environment["AVSERVER_URL"] = server.Address.ToString();
        return PythonProgram.RunAsync(environment, line => AnswerAsync(server, line), "test_client.py");
    }

    private static async Task<string?> AnswerAsync(EchoServer server, string line)
    {
        if (line != "RESTART") return null;
        await server.RestartAsync();
        return "restarted";
    }
}
