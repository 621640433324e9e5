using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class PageTests
{
    [Fact]
    public async Task Page_fits_the_narrowest_phone_works_by_keyboard_and_asks_nobody_else()
    {
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync(
            "page-fits", new { server.Address, name = "narrow", scheme = "light", width = 320, height = 640, calm = true });
    }

    [CorporaTheory]
    [InlineData("desktop-light", "light", 1240, 1078)]
    [InlineData("desktop-dark", "dark", 1240, 1078)]
    [InlineData("phone-dark", "dark", 390, 844)]
    public async Task Page_full_of_events_and_a_recording_fits_in_light_and_dark(string name, string scheme, int width, int height)
    {
        using var recordings = new Recordings();
        var microphone = await recordings.TalkAsync();
        await using var server = await PageServer.StartAsync(null, ("Emotion:Purpose", "test"));
        await BrowserCheck.RunAsync(
            "page-fits", new { server.Address, microphone, file = microphone, speech = true, name, scheme, width, height });
    }

    [Fact]
    public async Task Page_works_under_its_policy_and_nothing_inline_runs()
    {
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("policy-holds", new { server.Address });
    }

    [Fact]
    public async Task Module_sends_a_file_and_its_events_reach_a_subscriber()
    {
        using var recordings = new Recordings();
        var file = await recordings.ToneAsync(amplitude: 0.1, seconds: 3);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("module-publishes", new { server.Address, file });
    }
}
