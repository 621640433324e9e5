using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>What <c>scripts/run.sh</c> does and says when it is called by hand.</summary>
[Trait("Category", "server")]
public sealed class RunScriptTests
{
    private static readonly Dictionary<string, string> Built = new() { ["AVSERVER_BUILT"] = "1" };

    [Theory]
    [InlineData("--urls", "http://127.0.0.1:99999", "Urls 'http://127.0.0.1:99999': expected a port ")]
    [InlineData("--urls", "http://lokalhost:5080", "Urls 'http://lokalhost:5080': expected localhost, ")]
    [InlineData("--Server:Limits:MaxStreams", "many", "Failed to convert configuration value 'many' at 'Server:Limits:MaxStreams' ")]
    public Task Setting_that_is_wrong_is_told_in_one_sentence(string setting, string value, string sentence) =>
        RefusesAsync(sentence, setting, value);

    [Theory]
    [InlineData("--urls", "http://127.0.0.1:", "Urls 'http://127.0.0.1:")]
    [InlineData("--Wyoming:Port", "", "Wyoming:Port ")]
    public async Task Port_in_use_is_told_in_one_sentence(string setting, string address, string sentence)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await RefusesAsync($"{sentence}{port}{(address.Length > 0 ? "'" : "")}: port {port} is in use; ", setting, $"{address}{port}");
    }

    [Fact]
    public async Task Nobody_has_a_purpose_declared_for_him()
    {
        await using var server = Start("--urls", "http://127.0.0.1:0");
        await server.UntilAsync(new Regex("Now listening on"));
        Assert.Contains("Emotion is off: no purpose is declared.", server.Output, StringComparison.Ordinal);
    }

    private static RunningProgram Start(params string[] arguments) =>
        RunningProgram.Start(TestPaths.RepositoryRoot, Built, ["bash", "scripts/run.sh", .. arguments]);

    private static async Task RefusesAsync(string sentence, params string[] arguments)
    {
        await using var server = Start(arguments);
        Assert.Equal(1, await server.EndAsync());
        var told = Assert.Single(server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(sentence, told, StringComparison.Ordinal);
    }
}
