using AVServer.Server.Browser.Tests.Kit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class PageTests
{
    [Fact]
    public async Task Page_fits_a_phone_works_by_keyboard_and_logs_no_error()
    {
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("page-fits", new { server.Address });
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
