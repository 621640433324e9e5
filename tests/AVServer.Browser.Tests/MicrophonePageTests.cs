using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class MicrophonePageTests
{
    [CorporaFact]
    public async Task Word_said_to_the_microphone_appears_in_the_log_once()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ComputerAsync();
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("word-is-heard", new { server.Address, microphone, keyword = "computer" });
    }

    [Fact]
    public async Task Sound_moves_the_level_and_reaches_the_server()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("level-moves", new { server.Address, microphone, tooLoud = false });
    }

    [Fact]
    public async Task Clipped_sound_is_called_too_loud()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 1.5, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("level-moves", new { server.Address, microphone, tooLoud = true });
    }

    [Fact]
    public async Task Refused_microphone_is_explained_and_can_be_asked_for_again()
    {
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("microphone-refused", new { server.Address });
    }

    [Fact]
    public async Task Restarted_server_is_found_again_by_stream_and_events()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("server-restarts", new { server.Address, microphone }, async request =>
        {
            Assert.Equal("restart", request);
            await server.RestartAsync();
        });
    }
}
