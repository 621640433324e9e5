using System.Diagnostics;
using System.Text;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;
using AVServer.TestKit;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class MediaFileTests : IDisposable
{
    private static readonly MediaFile WithoutFfmpeg = new(new MediaOptions { FfmpegPath = "none" });

    private readonly MediaFile _files = new(Media.Options);
    private readonly string _folder = Directory.CreateTempSubdirectory("avserver-media-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("webm", "libopus")]
    [InlineData("ogg", "libopus")]
    [InlineData("ogg", "flac")]
    [InlineData("flac", "flac")]
    [InlineData("mp3", "libmp3lame")]
    [InlineData("aac", "aac")]
    [InlineData("mp4", "aac")]
    [InlineData("avi", "pcm_s16le")]
    [InlineData("aiff", "pcm_s16be")]
    [InlineData("wav", "pcm_s24le")]
    [InlineData("mkv", "pcm_s16le")]
    public async Task File_is_told_by_its_bytes_whatever_its_name(string ending, string codec)
    {
        string path = Save(await Media.ToneAsync(ending, "-c:a", codec), "upload.m3u8");
        float[] samples = await _files.ReadAudioAsync(path, 16000);
        Assert.InRange(samples.Length, 2.95 * 16000, 3.15 * 16000);
        Assert.InRange(Math.Sqrt(samples.Average(x => x * x)), 0.14, 0.24);
    }

    [Theory]
    [InlineData("webm", "libopus")]
    [InlineData("mp4", "aac")]
    [InlineData("wav", "pcm_s16le")]
    [InlineData("mp3", "libmp3lame")]
    public async Task Length_is_read_from_what_the_container_says(string ending, string codec)
    {
        var duration = await _files.FindDurationAsync(Save(await Media.ToneAsync(ending, "-c:a", codec), "a"));
        Assert.NotNull(duration);
        Assert.InRange(duration.Value.TotalSeconds, 2.9, 3.2);
    }

    [Fact]
    public async Task Length_that_is_not_stated_or_of_no_media_is_none()
    {
        // As a browser records: the length is not known when the header is written.
        byte[] live = await Media.ToneAsync("webm", "-c:a", "libopus", "-live", "1");
        Assert.Null(await _files.FindDurationAsync(Save(live, "live.webm")));
        Assert.Null(await _files.FindDurationAsync(Save(Encoding.ASCII.GetBytes("Duration: 00:00:09.00, start: 0"), "note.txt")));
    }

    [Theory]
    [InlineData("""{"streams":[],"format":{"duration":"27:46:40.500000"}}""", 100_000.5)]
    [InlineData("""{"streams":[{"codec_type":"audio"}],"format":{"duration":"0:00:02.040000"}}""", 2.04)]
    [InlineData("""{"streams":[],"format":{}}""", null)]
    [InlineData("""{"streams":[],"format":{"duration":"-1:00:00.000000"}}""", null)]
    [InlineData("""{"streams":[],"format":{"duration":"2562047788:00:54.775807"}}""", null)]
    [InlineData("""{"streams":null,"format":{"duration":"0:00:01.000000"}}""", null)]
    [InlineData("{", null)]
    [InlineData("", null)]
    public void Length_is_found_in_what_ffprobe_says(string answer, double? seconds) =>
        Assert.Equal(seconds, MediaProbe.LengthOf(MediaProbe.Parse(answer))?.TotalSeconds);

    [Theory]
    [InlineData("""{"streams":[{"codec_type":"video","codec_name":"h264","disposition":{"attached_pic":0}}],"format":{}}""", true)]
    [InlineData("""{"streams":[{"codec_type":"video","codec_name":"h264"}],"format":{}}""", true)]
    [InlineData("""{"streams":[{"codec_type":"video"},{"codec_type":"audio"}],"format":{}}""", false)]
    [InlineData(
        """{"streams":[{"codec_type":"video","codec_name":"png","disposition":{"attached_pic":1}},{"codec_type":"audio"}],"format":{}}""",
        false)]
    [InlineData("", false)]
    public void Cover_and_pictures_of_an_unknown_encoding_are_none_to_send(string answer, bool expected) =>
        Assert.Equal(expected, MediaProbe.HasPictures(MediaProbe.Parse(answer)));

    [Theory]
    [InlineData("a b.wav")]
    [InlineData("a\"b -y.wav")]
    [InlineData("ends in a backslash\\")]
    [InlineData("\\\" -i /etc/hostname")]
    [InlineData("$HOME `x` $(x) ' ; & | \n * ?")]
    [InlineData("\"\"\"")]
    public async Task Argument_arrives_as_it_is(string argument)
    {
        using var program = Process.Start(
            new ProcessStartInfo("printf", $"%s.%s {QuotedInput.Quote(argument)} {QuotedInput.Quote("next")}")
            {
                RedirectStandardOutput = true,
            })!;
        Assert.Equal($"{argument}.next", await program.StandardOutput.ReadToEndAsync());
    }

    [Theory]
    [InlineData("pcm_s16le", 1)]
    [InlineData("pcm_s16le", 2)]
    [InlineData("pcm_f32le", 1)]
    [InlineData("pcm_f32le", 2)]
    public async Task Plain_wav_is_read_without_ffmpeg_as_ffmpeg_reads_it(string codec, int channels)
    {
        byte[] wav = await Media.ToneAsync("wav", "-c:a", codec, "-ar", "16000", "-ac", $"{channels}");
        string path = Save(wav, "a.wav");

        Assert.Equal(Media.Join(await Media.DecodeAsync("wav", wav).ToListAsync()), await WithoutFfmpeg.ReadAudioAsync(path, 16000));
        Assert.Equal(3, (await WithoutFfmpeg.FindDurationAsync(path))!.Value.TotalSeconds, 1e-3);
    }

    [Fact]
    public async Task Plain_wav_says_what_is_wrong_with_it_as_ffmpegs_output_does()
    {
        float[] torn = [.. Enumerable.Range(0, 32_000).Select(i => i == 20_000 ? float.NaN : 0.5f)];
        byte[] opposite = [.. Enumerable.Range(0, 16_000).SelectMany(i => new[] { (short)(i % 99 * 99), (short)(i % 99 * -99) })
            .SelectMany(BitConverter.GetBytes)];
        var damaged = await WithoutFfmpeg.DecodeAsync(
            Save(Media.Wav(WavHeader.IeeeFloat, 1, 32, 32, 16_000, [.. torn.SelectMany(BitConverter.GetBytes)]), "torn.wav")).ToListAsync();
        var cancelled = await WithoutFfmpeg.DecodeAsync(
            Save(Media.Wav(WavHeader.Pcm, 2, 16, 16, 16_000, opposite), "opposite.wav")).ToListAsync();

        Assert.Equal((WarningCodes.Damaged, 0f), (Assert.IsType<MediaWarning>(damaged[^1]).Code, Media.Join(damaged)[20_000]));
        Assert.Equal(WarningCodes.ChannelsCancel, Assert.IsType<MediaWarning>(cancelled[^1]).Code);
        Assert.All(Media.Join(cancelled), sample => Assert.Equal(0, sample));
    }

    [Fact]
    public async Task Wav_that_is_more_than_plain_samples_is_left_to_ffmpeg()
    {
        byte[] wav = await Media.WavAsync();
        byte[][] others =
        [
            wav[..^2001],                                                                    // cut
            [.. wav, .. "data"u8, 4, 0, 0, 0, 1, 2, 3, 4],                                   // goes on
            await Media.ToneAsync("wav", "-c:a", "pcm_s24le", "-ar", "16000"),
            await Media.ToneAsync("wav", "-c:a", "pcm_s16le", "-ar", "16000", "-ac", "6"),
            await Media.ToneAsync("wav", "-c:a", "pcm_s16le", "-ar", "8000"),                // another rate
        ];
        foreach (var (bytes, i) in others.Select((bytes, i) => (bytes, i)))
        {
            string path = Save(bytes, $"{i}.wav");
            await Assert.ThrowsAsync<MediaException>(() => WithoutFfmpeg.ReadAudioAsync(path, 16000));
            Assert.NotEmpty(await _files.ReadAudioAsync(path, 16000));
        }
    }

    [Fact]
    public async Task Plain_wav_is_read_up_to_the_longest_that_is_allowed()
    {
        var limits = new MediaLimits { MaxDuration = TimeSpan.FromSeconds(1.5) };
        var items = new List<MediaItem>();
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var item in WithoutFfmpeg.DecodeAsync(Save(await Media.WavAsync(), "long.wav"), limits)) items.Add(item);
        });

        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
        Assert.InRange(Media.Join(items).Length, 24_000, 28_000);
    }

    [Fact]
    public async Task Many_files_at_once_equal_each_alone()
    {
        string[] paths =
        [
            .. await Task.WhenAll(
                Enumerable.Range(1, 5).Select(
                    async i => Save(
                        await Media.MakeAsync("opus", "-f", "lavfi", "-i", $"sine={i * 200}:d=0.{i}", "-c:a", "libopus"), $"{i}.opus"))),
            Save(await Media.WavAsync(), "wav.wav"),
            Save(await Media.ToneAsync("flac"), "tone.flac"),
            Save(await Media.ToneAsync("flac", "-ar", "16000"), "plain.flac"),
            Save(await Media.ToneAsync("mp3", "-ar", "16000"), "plain.mp3"),
        ];
        var together = await _files.ReadManyAsync(paths, 16000).ToListAsync();
        Assert.Equal(paths, together.Select(file => file.Path));
        foreach (var file in together)
        {
            Assert.Null(file.Fault);
            Assert.Equal(await _files.ReadAudioAsync(file.Path, 16000), file.Samples);
        }
    }

    [Fact]
    public async Task One_bad_file_among_many_carries_its_fault_and_stops_no_other()
    {
        byte[] opus = await Media.OggAsync();
        byte[] broken = [.. opus[..40], .. new byte[3000]];
        string[] paths = [Save(opus, "1.ogg"), Save(broken, "2.ogg"), Path.Combine(_folder, "absent.ogg"), Save(opus, "3.ogg")];
        var files = await _files.ReadManyAsync(paths, 16000).ToListAsync();
        Assert.Equal([false, true, true, false], files.Select(file => file.Fault is not null));
        Assert.Equal(files[0].Samples, files[3].Samples);
        Assert.True(files[0].Samples.Length > 47_000);
        Assert.Equal(FaultCodes.Undecodable, files[1].Fault!.Code);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n")]
    [InlineData("ffconcat version 1.0\nfile '/etc/hostname'\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>")]
    [InlineData("short")]
    [InlineData("")]
    public async Task File_that_names_others_or_is_no_media_is_refused(string text)
    {
        string path = Save(Encoding.UTF8.GetBytes(text), "sound.wav");
        var fault = await Assert.ThrowsAsync<MediaException>(() => _files.ReadAudioAsync(path, 16000));
        Assert.Equal(FaultCodes.Undecodable, fault.Code);
        Assert.DoesNotContain(_folder, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_behind_a_good_beginning_is_undecodable()
    {
        byte[] bytes = new byte[5000];
        new Random(3).NextBytes(bytes);
        Encoding.ASCII.GetBytes("fLaC").CopyTo(bytes, 0);
        var fault = await Assert.ThrowsAsync<MediaException>(() => _files.ReadAudioAsync(Save(bytes, "a.flac"), 16000));
        Assert.Equal(FaultCodes.Undecodable, fault.Code);
        Assert.DoesNotContain(_folder, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_pictures_alone_has_no_sound_to_read()
    {
        byte[] silent = await Media.MakeAsync("mkv", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", "mjpeg");
        await Assert.ThrowsAsync<MediaException>(() => _files.ReadAudioAsync(Save(silent, "a.mkv"), 16000));
        Assert.InRange((await _files.DecodeAsync(Save(silent, "a.mkv"), video: new VideoOutput()).ToListAsync()).Count, 24, 26);
    }

    [Fact]
    public async Task Absent_file_and_too_large_file_are_named()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => _files.ReadAudioAsync(Path.Combine(_folder, "none.wav"), 16000));
        var small = new MediaLimits { MaxInputBytes = 2000 };
        var fault = await Assert.ThrowsAsync<MediaException>(
            async () => await _files.DecodeAsync(Save(await Media.WavAsync(), "a.wav"), small).ToListAsync());
        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
    }

    [Fact]
    public async Task File_with_an_odd_name_is_a_file()
    {
        byte[] flac = await Media.ToneAsync("flac");
        foreach (string name in new[] { "-i", "http:x", "a b'\"$(x).wav", "a\" -f wav \\", "pipe:0\\" })
        {
            Assert.True((await _files.ReadAudioAsync(Save(flac, name), 16000)).Length > 47_000);
            Assert.NotNull(await _files.FindDurationAsync(Save(flac, name)));
        }
    }

    [CorporaFact]
    public async Task Real_recording_is_the_same_as_a_stream_and_as_a_file()
    {
        string path = Directory.EnumerateFiles(TestPaths.Corpora!, "*.opus", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .First();
        float[] file = await _files.ReadAudioAsync(path, 16000);
        float[] stream = Media.Join(await Media.DecodeAsync("ogg", await File.ReadAllBytesAsync(path)).ToListAsync());
        Assert.InRange(file.Length, 4000, 16000 * 60);
        Assert.Equal(file, stream);
    }

    private string Save(byte[] bytes, string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
