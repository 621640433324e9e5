using System.Net;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.Configuration;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class KeyRotationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string SettingsPath => Path.Combine(_folder.Path, "settings.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_file_that_changes_rotates_keys_without_a_restart()
    {
        await using var server = await StartAsync("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "old"));

        Write("old", "new");
        await UntilAsync(server, "new", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "old"));

        Write("new");
        await UntilAsync(server, "old", HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "new"));
    }

    [Fact]
    public async Task Settings_that_lose_every_key_leave_the_server_closed()
    {
        await using var server = await StartAsync("old");
        Write();
        await UntilAsync(server, "old", HttpStatusCode.Unauthorized);
        using var nobody = await server.Http.GetAsync(Routes.Streams);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task Settings_that_can_not_be_leave_the_keys_as_they_were()
    {
        await using var server = await StartAsync("old");
        File.WriteAllText(SettingsPath, """{"Security":{"Keys":[{"Name":"","Sha256":"x","Scopes":[]}]}}""");
        await RunningServer.UntilAsync(
            () => server.Log.Lines.Any(line => line.Contains("Keys:0:Sha256", StringComparison.Ordinal)), "what is wrong was logged");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "old"));
        Write("old", "new");
        await UntilAsync(server, "new", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "old"));
    }

    private async Task<RunningServer> StartAsync(params string[] keys)
    {
        Write(keys);
        return await RunningServer.StartAsync(builder => builder.Configuration.AddJsonFile(source =>
        {
            (source.Path, source.ReloadOnChange, source.ReloadDelay) = (SettingsPath, true, 0);
            source.ResolveFileProvider();
        }));
    }

    private void Write(params string[] keys)
    {
        var entries = keys.Select(key => new { Name = key, Sha256 = TestKeys.Sha256Of(key), Scopes = Scope.All });
        File.WriteAllText(SettingsPath, JsonSerializer.Serialize(new { Security = new { Keys = entries } }));
    }

    private static Task UntilAsync(RunningServer server, string key, HttpStatusCode status) =>
        RunningServer.UntilAsync(() => AskAsync(server, key).GetAwaiter().GetResult() == status, $"{status} for {key}");

    private static async Task<HttpStatusCode> AskAsync(RunningServer server, string key)
    {
        using var response = await server.SendWithKeyAsync("GET", Routes.Streams, key);
        return response.StatusCode;
    }
}
