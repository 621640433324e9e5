using System.Diagnostics;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Sources;

/// <summary>Live media is pulled by RTSP and RTMP from real servers.</summary>
[Trait("Category", "server")]
public sealed class CameraSourceTests
{
    [Theory]
    [InlineData]
    [InlineData("cam", "pa55", "digest")]
    [InlineData("cam", "pa55", "basic")]
    public async Task Camera_is_heard_and_seen_by_rtsp(params string[] login)
    {
        await using var camera = await RtspServer.StartAsync(login);
        await using var server = await PullingServer.StartAsync();
        var user = login.Length == 0 ? "" : $"{login[0]}:{login[1]}@";
        var details = await server.AddedAsync(new SourceRequest("camera", $"rtsp://{user}127.0.0.1:{camera.Port}/live", Pictures: true));
        Assert.Equal($"rtsp://127.0.0.1:{camera.Port}/live", details.Source!.Url);
        await RunningServer.UntilAsync(
            () => server.Pipeline.Samples > 16_000 && server.Pipeline.Pictures > 5, "a second of sound and some pictures came");
        Assert.True(server.Pipeline.Items.OfType<AudioBlock>().Max(block => block.Samples.ToArray().Max()) > 0.1f);
        Assert.Empty(server.Pipeline.Items.OfType<MediaGap>());
        Assert.DoesNotContain(server.Server.Log.Lines, line => line.Contains("pa55", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Camera_that_is_asked_with_a_wrong_password_refuses()
    {
        await using var camera = await RtspServer.StartAsync("cam", "pa55", "digest");
        await using var server = await PullingServer.StartAsync();
        foreach (var user in (string[])["", "cam:wrong@"])
            await server.RefusedAsync(new SourceRequest("s", $"rtsp://{user}127.0.0.1:{camera.Port}/live"), FaultCodes.SourceRefused);
        await server.RefusedAsync(new SourceRequest("s", $"rtsp://cam:pa55@127.0.0.1:{camera.Port}/none"), FaultCodes.SourceUnreachable);
    }

    [Fact]
    public async Task Camera_that_is_switched_off_and_on_is_heard_again_on_the_same_stream()
    {
        await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "0"), ("Pull:MediaTimeout", "00:00:30"));
        using var relay = new SwitchedRelay();
        await using (var camera = await RtspServer.StartAsync())
        {
            relay.Target = camera.Port;
            await server.AddedAsync(new SourceRequest("camera", $"rtsp://127.0.0.1:{relay.Port}/live"));
        }
        await server.UntilAsync("camera", SourceState.Waiting);
        await using var again = await RtspServer.StartAsync();
        relay.Target = again.Port;
        var before = server.Pipeline.Samples;
        await RunningServer.UntilAsync(() => server.Pipeline.Samples > before + 8_000, "sound comes again");
        Assert.Single(server.Pipeline.Requests);
    }

    [Theory]
    [InlineData("aac", "libx264")]
    [InlineData("libmp3lame", "flv1")]
    public async Task Broadcast_is_heard_and_seen_by_rtmp(string sound, string pictures)
    {
        var port = FreePort.Find();
        // The key is the stream's name, which is told to its server alone.
        using var broadcast = Process.Start(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "sine=440", "-re", "-f", "lavfi", "-i",
                "testsrc=size=320x240:rate=10",
                "-c:a", sound, "-ar", "44100", "-c:v", pictures, "-pix_fmt", "yuv420p", "-g", "10", "-f", "flv", "-listen", "1",
                $"rtmp://127.0.0.1:{port}/live/s3cret-key",
            ]);
        try
        {
            await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "0"));
            using var added = await server.AddAsync(
                new SourceRequest("show", $"rtmp://127.0.0.1:{port}/live/s3cret-key", Pictures: true), wait: false);
            Assert.Equal($"rtmp://127.0.0.1:{port}/live/…", (await server.UntilAsync("show", SourceState.Running)).Url);
            await RunningServer.UntilAsync(
                () => server.Pipeline.Samples > 32_000 && server.Pipeline.Pictures > 10, "two seconds of sound and some pictures came");
            Assert.True(server.Pipeline.Items.OfType<AudioBlock>().Max(block => block.Samples.ToArray().Max()) > 0.05f);
            Assert.DoesNotContain(server.Server.Log.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
            broadcast.Kill();
            await server.UntilAsync("show", SourceState.Waiting);
        }
        finally
        {
            broadcast.Kill();
            await broadcast.WaitForExitAsync();
        }
    }
}
