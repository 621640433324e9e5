using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

/// <summary>Words that are typed on the page.</summary>
[Trait("Category", "browser")]
public sealed class WordsPageTests : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public WordsPageTests()
    {
        new FakeSpotter { Centre = 30 }.Write(_models.Path);
        TypedWordModels.Write(_models.Path);
    }

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Word_is_added_warned_of_refused_and_removed_by_keyboard_on_the_narrowest_phone()
    {
        await using var server = await PageServer.StartAsync(_models.Path, ("Keywords:Shipped", "false"));
        await BrowserCheck.RunAsync("words-are-typed", new { server.Address, word = "view glass", bad = "view glass=QQ", width = 320 });
    }

    [CorporaFact]
    public async Task Word_that_is_typed_while_somebody_speaks_is_heard_on_the_running_stream()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ViewGlassAsync();
        await using var server = await PageServer.StartAsync(_models.Path, ("Keywords:Shipped", "false"));
        await BrowserCheck.RunAsync(
            "words-are-typed", new { server.Address, microphone, word = "view glass", bad = "view glass=QQ", width = 1240 });
    }

    [CorporaFact]
    public async Task Word_is_recorded_three_times_by_the_microphone_and_its_recordings_are_forgotten()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ViewGlassAsync();
        await using var server = await PageServer.StartAsync(_models.Path, ("Keywords:Shipped", "false"));
        await BrowserCheck.RunAsync("word-is-recorded", new { server.Address, microphone, word = "view glass", other = "hey marvin" });
    }

    [Fact]
    public async Task Page_of_a_server_without_a_phone_model_has_no_such_field()
    {
        using var models = new TemporaryFolder();
        new FakeSpotter().Write(models.Path);
        await using var server = await PageServer.StartAsync(models.Path);
        await BrowserCheck.RunAsync("words-are-off", new { server.Address });
    }
}
