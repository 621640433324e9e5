using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class RecordingPageTests
{
    [CorporaFact]
    public async Task Dropped_recording_is_scored_and_its_word_is_marked()
    {
        using var recordings = new Recordings();
        var file = await recordings.ComputerAsync(leadSeconds: 1, tailSeconds: 1);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("recording-is-scored", new { server.Address, file, words = 1 });
    }

    [Fact]
    public async Task Dropped_tone_has_a_timeline_without_marks()
    {
        using var recordings = new Recordings();
        var file = await recordings.ToneAsync(amplitude: 0.1, seconds: 3);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("recording-is-scored", new { server.Address, file, words = 0 });
    }

    [Fact]
    public async Task Long_recording_tells_how_far_it_is_and_can_be_cancelled()
    {
        using var recordings = new Recordings();
        var file = await recordings.NoiseAsync(TimeSpan.FromMinutes(30));
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("recording-is-cancelled", new { server.Address, file });
    }

    [Fact]
    public async Task File_that_is_no_media_is_refused_with_a_readable_message()
    {
        using var recordings = new Recordings();
        var file = await recordings.GarbageAsync();
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("recording-is-refused", new { server.Address, file });
    }
}
