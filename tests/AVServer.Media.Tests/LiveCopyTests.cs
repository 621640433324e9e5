using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class LiveCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LiveCopy _copy = new(new MediaOptions());
    private readonly MediaDecoder _decoder = new(new MediaOptions());

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("matroska", "mkv", "matroska")]
    [InlineData("mp4", "mp4", "mp4")]
    [InlineData("avi", "avi", "matroska")]
    public async Task File_with_pictures_arrives_as_it_is(string format, string ending, string expected)
    {
        var path = await MakeAsync(
            ending, "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-f", "lavfi", "-i", "sine=f=300:d=2", "-c:v",
            "libx264", "-bf", "0", "-c:a", "aac", "-f", format);

        var container = await _copy.FindContainerAsync(path);
        var items = await _decoder.DecodeAsync(
            new MediaHello(1, Container: container!), _copy.ReadAsync(path, container!, atOwnSpeed: false), video: AsTheyAre).ToListAsync();
        var file = await new MediaFile(new MediaOptions()).DecodeAsync(path, video: AsTheyAre).ToListAsync();

        Assert.Equal(expected, container);
        Assert.Equal(50, items.OfType<VideoFrame>().Count());
        Assert.All(
            items.OfType<VideoFrame>().Zip(file.OfType<VideoFrame>()),
            pair => Assert.True(
                pair.First.Pixels.Span.SequenceEqual(pair.Second.Pixels.Span)
                    && (pair.First.Time - pair.Second.Time).Duration() <= TimeSpan.FromMilliseconds(40)));
        Assert.Equal(32_000, items.OfType<AudioBlock>().Sum(block => block.Samples.Length), 2_000.0);
    }

    [Fact]
    public async Task Turned_picture_stays_turned()
    {
        var lying = await MakeAsync("mp4", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1", "-c:v", "libx264", "-f", "mp4");
        var path = await MakeAsync("mp4", "-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", "-f", "mp4");

        var items = await _decoder.DecodeAsync(
            new MediaHello(1, Container: "mp4"), _copy.ReadAsync(path, "mp4", atOwnSpeed: false), video: AsTheyAre).ToListAsync();

        Assert.All(items.OfType<VideoFrame>(), picture => Assert.Equal((120, 160), (picture.Width, picture.Height)));
        Assert.NotEmpty(items);
    }

    [Fact]
    public async Task Sound_with_or_without_a_cover_has_no_pictures()
    {
        var sound = await MakeAsync("wav", "-f", "lavfi", "-i", "sine=d=1", "-f", "wav");
        var cover = await MakeAsync(
            "png", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=1:duration=1", "-frames:v", "1", "-f", "image2");
        var covered = await MakeAsync(
            "mp3", "-i", sound, "-i", cover, "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic", "-f", "mp3");

        Assert.Null(await _copy.FindContainerAsync(sound));
        Assert.Null(await _copy.FindContainerAsync(covered));
    }

    [Fact]
    public async Task Own_speed_takes_as_long_as_the_media()
    {
        var path = await MakeAsync(
            "mkv", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-c:v", "libx264", "-f", "matroska");
        var started = TimeProvider.System.GetTimestamp();

        Assert.NotEmpty(await _copy.ReadAsync(path, "matroska", atOwnSpeed: true).ToListAsync());

        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Pictures_keep_their_own_times_where_no_rate_is_asked_for()
    {
        var path = await MakeAsync(
            "mkv", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30:duration=1", "-vf", "select='not(between(n,10,19))'", "-fps_mode",
            "passthrough", "-c:v", "libx264", "-bf", "0", "-f", "matroska");

        var times = (await new MediaFile(new MediaOptions()).DecodeAsync(path, video: AsTheyAre).ToListAsync()).OfType<VideoFrame>()
            .Select(picture => picture.Time.TotalSeconds).ToArray();

        Assert.Equal(
            Enumerable.Range(0, 30).Where(n => n is < 10 or > 19).Select(n => n / 30.0), times,
            (expected, got) => Math.Abs(expected - got) < 0.002);
    }

    private static VideoOutput AsTheyAre { get; } = new(PixelFormat.Bgr24, 640, 640, Fps: null);

    private async Task<string> MakeAsync(string ending, params string[] arguments)
    {
        var path = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.{ending}");
        using var ffmpeg = System.Diagnostics.Process.Start("ffmpeg", ["-nostdin", "-v", "error", .. arguments, "-y", path]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return path;
    }
}
