using AVServer.TestKit;

namespace AVServer.Media.Tests.Coded;

[Trait("Category", "unit")]
public sealed class Mp3Tests : IDisposable
{
    // Two decoders of floats differ by their order of adding; 24 bits of a sample are 1.2e-7.
    private const float Tolerance = 2e-5f;

    private readonly MediaFile _files = new(Media.Options);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CorporaTheory]
    [InlineData(16_000, 1, "-b:a", "40k")]
    [InlineData(16_000, 2, "-b:a", "64k")]
    [InlineData(16_000, 1, "-b:a", "160k")]
    [InlineData(16_000, 1, "-b:a", "8k")]
    [InlineData(16_000, 1, "-q:a", "0")]
    [InlineData(16_000, 2, "-q:a", "9")]
    [InlineData(16_000, 2, "-b:a", "48k", "-joint_stereo", "0")]
    [InlineData(16_000, 1, "-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0")]
    [InlineData(22_050, 1, "-b:a", "32k")]
    [InlineData(24_000, 2, "-q:a", "4")]
    public async Task Recording_is_read_without_ffmpeg_as_ffmpeg_reads_it(int rate, int channels, params string[] options)
    {
        foreach (string recording in Reference.Recordings(TestPaths.Corpora!))
        {
            string mix = channels == 2 ? "pan=stereo|c0=c0|c1=0.6*c0" : "pan=mono|c0=c0";
            string path = Save(await Media.MakeAsync("mp3", ["-i", recording, "-t", "8", "-ar", $"{rate}", "-af", mix, .. options]));
            await CheckAsync(path, rate);
        }
    }

    [Theory]
    [InlineData("aevalsrc=if(gt(mod(n\\,997)\\,0)\\,0\\,0.9):s=16000:d=2")]     // short blocks
    [InlineData("aevalsrc=if(gt(mod(n\\,100)\\,50)\\,-1\\,1):s=16000:d=2")]     // beyond full scale
    [InlineData("anoisesrc=r=16000:d=2:a=1:seed=3")]
    [InlineData("aevalsrc=0:s=16000:d=2")]
    [InlineData("aevalsrc=0.5*sin(2*PI*300*t):s=16000:d=0.02")]
    public async Task Sound_of_any_kind_is_read_as_ffmpeg_reads_it(string source) =>
        await CheckAsync(Save(await Media.MakeAsync("mp3", "-f", "lavfi", "-i", source)), 16_000);

    [Fact]
    public async Task Length_is_that_of_all_frames_as_ffprobe_tells_it()
    {
        string path = Save(await Media.ToneAsync("mp3", "-ar", "16000"));
        Assert.Equal(3.096, (await Reference.WithoutFfmpeg.FindDurationAsync(path))!.Value.TotalSeconds, 1e-6);
        Assert.Equal(48_000, (await Reference.WithoutFfmpeg.ReadAudioAsync(path, 16_000)).Length);
    }

    [Fact]
    public async Task Damaged_and_unusual_files_are_left_to_ffmpeg_and_read_as_before()
    {
        byte[] mp3 = await Media.ToneAsync("mp3", "-ar", "16000", "-b:a", "32k");
        byte[] bare = await Media.ToneAsync("mp3", "-ar", "16000", "-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0");
        int frame = bare.AsSpan(10).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF3]) + 10, tag = mp3.AsSpan().IndexOf("Info"u8);
        byte[][] others =
        [
            mp3[..^200],                                                              // cut within a frame
            bare[..^20],
            [.. mp3, .. new byte[300]],                                               // goes on
            [.. bare, .. "TAG"u8, .. new byte[124]],
            bare[frame..],                                                            // its beginning lies before it
            [.. mp3[..(tag + 11)], (byte)(mp3[tag + 11] + 1), .. mp3[(tag + 12)..]],  // says that it has more frames
            [.. bare[..frame], 0, 0, .. bare[frame..]],                               // a hole
            [.. bare[..(frame + 4)], 0xFF, 0xFF, 0xFF, 0xFF, .. bare[(frame + 8)..]],
            await Media.ToneAsync("mp3", "-ar", "8000"),                              // other rates
            await Media.ToneAsync("mp3"),
            await Media.ToneAsync("mp2", "-ar", "16000"),                             // another layer
            await Media.ToneAsync("mp3", "-ar", "16000", "-write_id3v1", "1", "-metadata", "title=a"),
        ];
        foreach (byte[] bytes in others)
        {
            string path = Save(bytes);
            var expected = await Reference.TryDecodeAsync(Reference.DecodeAsync(path, "mp3", 16_000));
            var items = await Reference.TryDecodeAsync(_files.DecodeAsync(path).ToListAsync().AsTask());

            Assert.Equal(expected.Fault, items.Fault);
            Assert.Equal(Media.Join(expected.Items), Media.Join(items.Items));
            Assert.Equal(expected.Items.OfType<MediaWarning>(), items.Items.OfType<MediaWarning>());
            await Assert.ThrowsAsync<MediaException>(() => Reference.WithoutFfmpeg.ReadAudioAsync(path, 16_000));
        }
    }

    private async Task CheckAsync(string path, int rate)
    {
        var expected = await Reference.DecodeAsync(path, "mp3", rate);
        float[] samples = await Reference.WithoutFfmpeg.ReadAudioAsync(path, rate);

        Assert.All(expected, item => Assert.IsType<AudioBlock>(item));
        float[] byFfmpeg = Media.Join(expected);
        Assert.Equal(byFfmpeg.Length, samples.Length);
        Assert.NotEmpty(samples);
        Assert.InRange(samples.Zip(byFfmpeg, (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance);
    }

    private string Save(byte[] bytes)
    {
        string path = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.mp3");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
