using AVServer.Contracts;
using AVServer.Media.Flac;
using AVServer.TestKit;

namespace AVServer.Media.Tests.Coded;

[Trait("Category", "unit")]
public sealed class FlacTests : IDisposable
{
    private readonly MediaFile _files = new(Media.Options);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CorporaTheory]
    [InlineData(0, 16_000, "s16", 1)]
    [InlineData(5, 16_000, "s16", 1)]
    [InlineData(12, 16_000, "s16", 2)]
    [InlineData(8, 16_000, "s32", 1)]
    [InlineData(3, 8_000, "s16", 2)]
    [InlineData(5, 44_100, "s16", 2)]
    [InlineData(12, 48_000, "s32", 2)]
    [InlineData(1, 96_000, "s32", 1)]
    public async Task Recording_is_read_without_ffmpeg_sample_by_sample_as_ffmpeg_reads_it(int level, int rate, string format, int channels)
    {
        foreach (string recording in Reference.Recordings(TestPaths.Corpora!))
        {
            string path = Save(
                await Media.MakeAsync(
                    "flac", "-i", recording, "-t", "8", "-ar", $"{rate}", "-ac", $"{channels}", "-sample_fmt", format,
                    "-compression_level", $"{level}"));
            var expected = await Reference.DecodeAsync(path, "flac", rate);
            float[] samples = await Reference.WithoutFfmpeg.ReadAudioAsync(path, rate);

            Assert.All(expected, item => Assert.IsType<AudioBlock>(item));
            Assert.Equal(Media.Join(expected), samples);
            Assert.Equal((double)samples.Length / rate, (await Reference.WithoutFfmpeg.FindDurationAsync(path))!.Value.TotalSeconds, 1e-6);
        }
    }

    [Theory]
    [InlineData("left_side")]
    [InlineData("right_side")]
    [InlineData("mid_side")]
    [InlineData("indep")]
    public async Task Each_kind_of_stereo_is_read_as_ffmpeg_reads_it(string mode) => await CheckAsync(
        "-f", "lavfi", "-i", Media.Tone, "-af", "pan=stereo|c0=c0|c1=0.7*c0", "-ar", "16000", "-ch_mode", mode);

    [Theory]
    [InlineData("-lpc_type", "fixed", "-min_prediction_order", "0", "-max_prediction_order", "4")]
    [InlineData("-lpc_type", "cholesky", "-max_prediction_order", "32")]
    [InlineData("-lpc_type", "none")]
    [InlineData("-lpc_coeff_precision", "15", "-sample_fmt", "s32")]
    [InlineData("-frame_size", "16")]
    [InlineData("-frame_size", "37")]
    [InlineData("-frame_size", "65535", "-max_partition_order", "8")]
    public async Task Each_kind_of_prediction_and_size_is_read_as_ffmpeg_reads_it(params string[] options) => await CheckAsync(
        ["-f", "lavfi", "-i", Media.Tone, "-ar", "16000", .. options]);

    [Theory]
    [InlineData("aevalsrc=0:s=16000:d=1")]                                      // constant
    [InlineData("aevalsrc=0.5:s=16000:d=1")]
    [InlineData("anoisesrc=r=16000:d=1:a=1:seed=3")]                            // as it stands
    [InlineData("aevalsrc=floor(16*sin(2*PI*300*t))/16:s=16000:d=1")]           // bits that are never in use
    [InlineData("aevalsrc=if(gt(mod(n\\,997)\\,0)\\,0\\,0.9):s=16000:d=1")]     // clicks
    [InlineData("aevalsrc=if(gt(mod(n\\,100)\\,50)\\,-1\\,1):s=16000:d=1")]     // full scale
    public async Task Sound_of_any_kind_is_read_as_ffmpeg_reads_it(string source)
    {
        foreach (string format in (string[])["s16", "s32"])
            await CheckAsync("-f", "lavfi", "-i", source, "-sample_fmt", format);
    }

    [Fact]
    public async Task Tags_covers_and_tables_before_the_sound_are_passed_over()
    {
        byte[] plain = await Media.ToneAsync("flac", "-ar", "16000");
        int frames = 4 + 4 + 34;
        byte[] picture = new byte[100_000], padded =
        [
            .. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, .. new byte[128],
            .. plain[..4], 0, .. plain[5..frames], 3, 0, 0, 18, .. new byte[18], 6, 1, 0x86, 0xA0, .. picture, 1, 0, 0, 9, .. new byte[9],
            .. plain[frames..],
        ];
        float[] expected = await Reference.WithoutFfmpeg.ReadAudioAsync(Save(plain), 16_000);

        Assert.Equal(48_000, expected.Length);
        Assert.Equal(expected, await Reference.WithoutFfmpeg.ReadAudioAsync(Save(padded), 16_000));
        Assert.Equal(expected, Media.Join(await Reference.DecodeAsync(Save(padded), "flac", 16_000)));
    }

    [Fact]
    public async Task Damaged_and_unusual_files_are_left_to_ffmpeg_and_read_as_before()
    {
        byte[] flac = await Media.ToneAsync("flac", "-ar", "16000");
        int frames = flac.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF8]);
        byte[][] others =
        [
            flac[..^500],                                                                         // cut
            flac[..^2],
            [.. flac, .. "TAG"u8, .. new byte[125]],                                              // goes on
            [.. flac[..21], .. new byte[5], .. flac[26..]],                                       // doesn't say how long it is, says 0
            [.. flac[..25], (byte)(flac[25] + 1), .. flac[26..]],                                 // says that it is longer
            [.. flac[..(frames + 900)], (byte)(flac[frames + 900] ^ 4), .. flac[(frames + 901)..]],
            [.. flac[..(frames + 4)], (byte)(flac[frames + 4] ^ 1), .. flac[(frames + 5)..]],
            [.. flac[..4], 0x7E, 0, 0, 1, 0, .. flac[4..]],                                       // another first block
            await Media.ToneAsync("flac"),                                                        // another rate
            await Media.ToneAsync("flac", "-ar", "16000", "-ac", "6"),
            await Media.ToneAsync("flac", "-ar", "16000", "-metadata", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x8"),
        ];
        foreach (var (bytes, i) in others.Select((bytes, i) => (bytes, i)))
        {
            string path = Save(bytes);
            var expected = await Reference.TryDecodeAsync(Reference.DecodeAsync(path, "flac", 16_000));
            var items = await Reference.TryDecodeAsync(_files.DecodeAsync(path).ToListAsync().AsTask());

            Assert.Equal(expected.Fault, items.Fault);
            Assert.Equal(Media.Join(expected.Items), Media.Join(items.Items));
            Assert.Equal(expected.Items.OfType<MediaWarning>(), items.Items.OfType<MediaWarning>());
            if (i != 3) await Assert.ThrowsAsync<MediaException>(() => Reference.WithoutFfmpeg.ReadAudioAsync(path, 16_000));
        }
    }

    [Fact]
    public async Task Frames_that_are_changed_or_cut_anywhere_are_not_read_here()
    {
        byte[] flac = await Media.ToneAsync("flac", "-ar", "16000", "-t", "1");
        int frames = flac.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xF8]);
        var random = new Random(20);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. flac];
            int at = random.Next(frames, flac.Length);
            if (i % 3 == 0) changed = changed[..at];
            else changed[at] ^= (byte)(1 << random.Next(8));
            string path = Save(changed);

            Assert.Throws<InvalidDataException>(() =>
            {
                using var reader = FlacReader.Open(path, 0);
                while (reader.Read() is not null) { }
            });
        }
    }

    [Fact]
    public async Task Channels_that_cancel_each_other_are_told_as_ffmpegs_are()
    {
        string path = Save(
            await Media.MakeAsync("flac", "-f", "lavfi", "-i", Media.Tone, "-af", "pan=stereo|c0=c0|c1=-1*c0", "-ar", "16000"));
        var items = await Reference.WithoutFfmpeg.DecodeAsync(path).ToListAsync();
        Assert.Equal(WarningCodes.ChannelsCancel, Assert.IsType<MediaWarning>(items[^1]).Code);
        Assert.Equal((await Reference.DecodeAsync(path, "flac", 16_000))[^1], items[^1]);
    }

    [Fact]
    public async Task File_is_read_up_to_the_longest_that_is_allowed()
    {
        string path = Save(await Media.ToneAsync("flac", "-ar", "16000"));
        var limits = new MediaLimits { MaxDuration = TimeSpan.FromSeconds(1.5) };
        var items = new List<MediaItem>();
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var item in Reference.WithoutFfmpeg.DecodeAsync(path, limits)) items.Add(item);
        });

        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
        Assert.InRange(Media.Join(items).Length, 24_000, 30_000);
    }

    [Fact]
    public async Task Small_file_that_decodes_for_long_is_left_to_ffmpeg_which_refuses_it()
    {
        // Frames of one value each, which take 14 bytes for four seconds.
        string path = Save(
            await Media.MakeAsync("flac", "-f", "lavfi", "-i", "aevalsrc=0:s=16000:d=1200", "-frame_size", "65535"));
        var limits = new MediaLimits { FreeDuration = TimeSpan.FromSeconds(60) };
        await Assert.ThrowsAsync<MediaException>(() => Reference.WithoutFfmpeg.DecodeAsync(path, limits).ToListAsync().AsTask());
        var fault = await Assert.ThrowsAsync<MediaException>(() => _files.DecodeAsync(path, limits).ToListAsync().AsTask());
        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
    }

    [Fact]
    public async Task Long_file_is_decoded_twice_and_gives_the_same()
    {
        string path = Save(await Media.MakeAsync("flac", "-f", "lavfi", "-i", "anoisesrc=r=16000:d=80:a=0.1:seed=5"));
        Assert.Equal(
            Media.Join(await Reference.DecodeAsync(path, "flac", 16_000)), await Reference.WithoutFfmpeg.ReadAudioAsync(path, 16_000));
    }

    private async Task CheckAsync(params string[] arguments)
    {
        string path = Save(await Media.MakeAsync("flac", arguments));
        float[] samples = await Reference.WithoutFfmpeg.ReadAudioAsync(path, 16_000);
        Assert.NotEmpty(samples);
        Assert.Equal(Media.Join(await Reference.DecodeAsync(path, "flac", 16_000)), samples);
    }

    private string Save(byte[] bytes)
    {
        string path = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.flac");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
