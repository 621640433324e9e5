using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class CameraPageTests
{
    [CorporaFact]
    public async Task Face_before_the_camera_is_framed_read_and_scored_beside_the_sound()
    {
        using var recordings = new Recordings();
        using var models = new TemporaryFolder();
        new FakeAudioVisual { AudioCentre = 1, Gain = 2 }.WriteWithFaceModels(models.Path);
        var (camera, microphone) = await recordings.TalkerAsync();
        await using var server = await PageServer.StartAsync(models.Path, ("Pipeline:AudioVisual", "true"));
        await BrowserCheck.RunAsync("camera-reads-lips", new { server.Address, camera, microphone, keyword = "please" });
    }
}
