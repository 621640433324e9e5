using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class EmotionPageTests
{
    [CorporaFact]
    public async Task Sentence_said_to_the_microphone_fills_bars_and_transcript_with_the_notice()
    {
        using var recordings = new Recordings();
        using var models = new TemporaryFolder();
        new FakeSpotter { Centre = 30 }.Write(models.Path);
        new FakeEmotion { Centre = -1.5f, Gain = 2 }.WriteWithVoiceActivity(models.Path);
        Directory.CreateSymbolicLink(Path.Combine(models.Path, "vosk-small-en"), Path.Combine(TestPaths.Models, "vosk-small-en"));
        var microphone = await recordings.SentenceAsync();
        await using var server = await PageServer.StartAsync(models.Path, ("Emotion:Purpose", "test"));
        await BrowserCheck.RunAsync(
            "speech-is-judged", new { server.Address, microphone, file = microphone, labels = FakeEmotion.Labels });
    }

    [Fact]
    public async Task Page_says_why_emotion_is_off()
    {
        using var models = new TemporaryFolder();
        new FakeEmotion().WriteWithVoiceActivity(models.Path);
        await using var server = await PageServer.StartAsync(models.Path);
        await BrowserCheck.RunAsync("emotion-is-off", new { server.Address });
    }
}
