using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

/// <summary>The page whose microphone, camera, network or server isn't to be had, and the page twice.</summary>
[Trait("Category", "browser")]
public sealed class InterruptedPageTests
{
    [Fact]
    public async Task Network_that_is_cut_is_told_and_events_go_on_when_it_is_back()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 60);
        var port = FreePort.Find();
        await using var server = await PageServer.StartAsync(null, ("Security:AllowedOrigins:0", $"http://127.0.0.1:{port}"));
        await BrowserCheck.RunAsync("network-is-cut", new { server.Address, port, microphone });
    }

    [Fact]
    public async Task Second_tab_is_a_stream_of_its_own()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 60);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("two-tabs", new { server.Address, microphone });
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

    [Fact]
    public async Task Refused_microphone_is_explained_and_can_be_asked_for_again()
    {
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("microphone-refused", new { server.Address });
    }

    [Fact]
    public async Task Refused_camera_is_explained_and_listening_without_it_takes_one_press()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("camera-refused", new { server.Address, microphone });
    }
}
