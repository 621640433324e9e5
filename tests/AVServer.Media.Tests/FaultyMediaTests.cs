using System.Buffers.Binary;
using AVServer.Contracts;

namespace AVServer.Media.Tests;

/// <summary>What recorders, editors and torn connections make of media: read as far as it can be, with a word of what is wrong.</summary>
[Trait("Category", "unit")]
public sealed class FaultyMediaTests : IDisposable
{
    private static readonly VideoOutput Pictures = new(PixelFormat.Gray8, 64, 64, null);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("avserver-faulty-");

    /// <summary>Ending of a file, how it is encoded, and the container's name on a live stream.</summary>
    public static TheoryData<string, string, string?> Whole => new()
    {
        { "wav", "-ar 16000", "wav" },
        { "flac", "", null },
        { "mp3", "-b:a 64k", null },
        { "opus", "-c:a libopus", "ogg" },
        { "ogg", "-c:a libvorbis", "ogg" },
        { "webm", "-c:a libopus", "webm" },
        { "mkv", "-c:a aac", "matroska" },
        { "mp4", "-c:a aac -movflags +faststart", "mp4" },
        { "mp4", "-c:a aac -movflags frag_keyframe+empty_moov", "mp4" },
        { "aiff", "", null },
        { "caf", "", null },
        { "avi", "-c:a pcm_s16le", null },
        { "ts", "-c:a aac", null },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Cut_media_gives_what_there_is_and_a_warning_whole_media_none(string ending, string codec, string? container)
    {
        byte[] bytes = await Media.ToneAsync(ending, codec.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty((await ReadAsync(bytes)).OfType<MediaWarning>());
        if (container is not null) Assert.Empty((await Media.DecodeAsync(container, bytes).ToListAsync()).OfType<MediaWarning>());
        bytes = bytes[..(bytes.Length * 6 / 10)];
        AssertShort(await ReadAsync(bytes), WarningCodes.EndsEarly, WarningCodes.Damaged);
        if (container is not null)
            AssertShort(await Media.DecodeAsync(container, bytes).ToListAsync(), WarningCodes.EndsEarly, WarningCodes.Damaged);
    }

    [Theory]
    [InlineData("wav", "-ar 16000", "3.00")]
    [InlineData("flac", "", "3.00")]
    [InlineData("mp3", "-b:a 64k", "3.0")]
    [InlineData("webm", "-c:a libopus", "3.0")]
    [InlineData("mp4", "-c:a aac -movflags +faststart", "3.0")]
    public async Task Warning_of_cut_media_says_how_long_its_header_says_it_is(string ending, string codec, string seconds)
    {
        byte[] bytes = await Media.ToneAsync(ending, codec.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var warning = AssertShort(await ReadAsync(bytes[..(bytes.Length * 6 / 10)]), WarningCodes.EndsEarly);
        Assert.Contains($"its header says that it is {seconds}", warning.Message);
        Assert.DoesNotContain(_folder.FullName, warning.Message);
    }

    [Theory]
    [InlineData("-ar 16000 -c:a pcm_s16le")]
    [InlineData("-ar 48000 -ac 2 -c:a pcm_s24le")]
    [InlineData("-ar 16000 -c:a pcm_f32le")]
    public async Task Cut_wav_is_told_the_same_as_a_file_and_live_wherever_it_is_cut(string codec)
    {
        byte[] bytes = await Media.ToneAsync("wav", codec.Split(' '));
        long samples = WavHeader.TryRead(bytes)!.DataOffset;
        // In the middle of a sample, between two packets of a file and of a stream, and within what a codec might round.
        long[] cuts = [samples + 40_001, samples + (8 * 4_096), samples + (30 * 1_280), bytes.Length - 7, bytes.Length - 1_280];
        foreach (long cut in cuts)
        {
            byte[] part = bytes[..(int)cut];
            var file = (await ReadAsync(part)).OfType<MediaWarning>();
            var live = (await Media.DecodeAsync("wav", part, seed: 5).ToListAsync()).OfType<MediaWarning>();
            Assert.Equal(Assert.Single(file), Assert.Single(live));
        }
    }

    [Theory]
    [InlineData("webm", "-c:a libopus -cluster_time_limit 200", "webm")]
    [InlineData("mp4", "-c:a aac -movflags +faststart", "mp4")]
    [InlineData("opus", "-c:a libopus", "ogg")]
    [InlineData("flac", "", null)]
    public async Task Media_damaged_in_its_middle_goes_on_behind_it_with_a_warning(string ending, string codec, string? container)
    {
        byte[] bytes = await Media.ToneAsync(ending, codec.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        new Random(3).NextBytes(bytes.AsSpan(bytes.Length / 2, bytes.Length / 20));
        AssertDamaged(await ReadAsync(bytes));
        if (container is not null) AssertDamaged(await Media.DecodeAsync(container, bytes).ToListAsync());

        static void AssertDamaged(List<MediaItem> items)
        {
            Assert.Single(items.OfType<MediaWarning>());
            Assert.InRange(items.OfType<AudioBlock>().Last().End.TotalSeconds, 2.4, 3.2);
        }
    }

    [Fact]
    public async Task Samples_that_are_no_numbers_are_silent_and_told()
    {
        byte[] bytes = Media.Wav(
            3, 1, 32, 32, 48_000, [.. Enumerable.Range(0, 48_000).SelectMany(i => BitConverter.GetBytes(i == 24_000 ? float.NaN : 0.5f))]);
        var items = await ReadAsync(bytes);
        Assert.Equal(WarningCodes.Damaged, Assert.Single(items.OfType<MediaWarning>()).Code);
        Assert.All(Media.Join(items), sample => Assert.True(float.IsFinite(sample)));
    }

    [Theory]
    [InlineData(16, 24)]
    [InlineData(16, 32)]
    [InlineData(20, 32)]
    [InlineData(24, 32)]
    [InlineData(20, 24)]
    [InlineData(12, 16)]
    [InlineData(16, 16)]
    [InlineData(32, 32)]
    public async Task Wav_with_fewer_valid_bits_than_its_samples_take_is_read(int valid, int container)
    {
        int[] samples =
            [.. Enumerable.Range(0, 16_000).Select(i => (int)(Math.Sin(i * 0.05) * 0.5 * int.MaxValue) >> (32 - valid) << (32 - valid))];
        byte[] data = [.. samples.SelectMany(sample => BitConverter.GetBytes(sample)[(4 - (container / 8))..])];
        byte[] bytes = Media.Wav(1, 1, container, valid, 16_000, data);
        float[] expected = [.. samples.Select(sample => sample / 2147483648f)];
        foreach (var items in (List<MediaItem>[])[await ReadAsync(bytes), await Media.DecodeAsync("wav", bytes, seed: 4).ToListAsync()])
        {
            float[] read = Media.Join(items);
            Assert.Equal(expected.Length, read.Length);
            Assert.All(expected.Zip(read), pair => Assert.InRange(pair.First - pair.Second, -1e-6f, 1e-6f));
            Assert.Empty(items.OfType<MediaWarning>());
        }

        Assert.Equal(expected.Length, (await new MediaFile(Media.Options).ReadAudioAsync(Write(bytes), 16_000)).Length);
    }

    [Fact]
    public async Task Float_samples_above_full_scale_stay_as_they_are()
    {
        float[] samples = [.. Enumerable.Range(0, 16_000).Select(i => (float)(Math.Sin(i * 0.05) * 8))];
        byte[] bytes = Media.Wav(3, 1, 32, 32, 16_000, [.. samples.SelectMany(BitConverter.GetBytes)]);
        Assert.Equal(samples, Media.Join(await ReadAsync(bytes)));
        Assert.Equal(samples, Media.Join(await Media.DecodeAsync("wav", bytes).ToListAsync()));
    }

    [Fact]
    public async Task Data_in_two_chunks_of_one_wav_is_heard_one_after_the_other()
    {
        byte[] first = Media.Wav(1, 1, 16, 16, 16_000, new byte[32_000]);
        byte[] both = [.. first, .. "data"u8, .. BitConverter.GetBytes(16_000), .. new byte[16_000]];
        BinaryPrimitives.WriteInt32LittleEndian(both.AsSpan(4), both.Length - 8);
        Assert.Equal(24_000, Media.Join(await ReadAsync(both)).Length);
        Assert.Equal(24_000, Media.Join(await Media.DecodeAsync("wav", both).ToListAsync()).Length);
        Assert.Equal(24_000, (await new MediaFile(Media.Options).ReadAudioAsync(Write(both), 16_000)).Length);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    [InlineData(0, false)]
    public async Task Channels_that_cancel_each_other_are_told(int second, bool told)
    {
        byte[] data =
            [.. Enumerable.Range(0, 16_000).Select(i => (short)(Math.Sin(i * 0.05) * 8_000))
                .SelectMany(left => (byte[])[.. BitConverter.GetBytes(left), .. BitConverter.GetBytes((short)(second * left))])];
        byte[] bytes = Media.Wav(1, 2, 16, 16, 16_000, data);
        var raw = Enumerable.Range(0, 10)
            .Select(i => new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds(i * 0.1), data.AsMemory(i * 6_400, 6_400)));
        foreach (var items in (List<MediaItem>[])[
            await ReadAsync(bytes), await Media.DecodeAsync("wav", bytes).ToListAsync(),
            await new MediaDecoder(Media.Options).DecodeAsync(new MediaHello(1, new AudioFormat(Channels: 2)), Media.SendAsync(raw))
                .ToListAsync()])
        {
            Assert.Equal(told ? [WarningCodes.ChannelsCancel] : [], items.OfType<MediaWarning>().Select(warning => warning.Code));
            Assert.Equal(16_000, Media.Join(items).Length);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_beside_pictures_of_an_unknown_encoding_is_read(bool wanted)
    {
        byte[] bytes = await Media.MakeAsync(
            "webm", "-f", "lavfi", "-i", "testsrc=s=64x64:d=3:r=10", "-f", "lavfi", "-i", Media.Tone, "-c:v", "libvpx", "-c:a", "libopus",
            "-shortest");
        int name = bytes.AsSpan().IndexOf("V_VP8"u8);
        "V_XYZ"u8.CopyTo(bytes.AsSpan(name));
        await AssertPicturesUnreadAsync("webm", bytes, wanted, "isn't known");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_beside_pictures_that_are_too_large_is_read(bool wanted)
    {
        byte[] bytes = await Media.MakeAsync(
            "mkv", "-f", "lavfi", "-i", "color=s=5000x3000:d=1:r=1", "-f", "lavfi", "-i", Media.Tone, "-c:v", "mjpeg", "-c:a", "libopus");
        await AssertPicturesUnreadAsync("matroska", bytes, wanted, "5000x3000");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_beside_pictures_of_one_pixel_is_read(bool wanted)
    {
        byte[] bytes = await Media.MakeAsync(
            "mkv", "-f", "lavfi", "-i", "color=s=2x2:d=3:r=5", "-f", "lavfi", "-i", Media.Tone, "-vf", "scale=1:1", "-c:v", "ffv1", "-c:a",
            "libopus", "-shortest");
        await AssertPicturesUnreadAsync("matroska", bytes, wanted, "1x1");
    }

    [Fact]
    public async Task Cover_is_no_picture_to_warn_of()
    {
        string cover = Write(await Media.MakeAsync("png", "-f", "lavfi", "-i", "color=s=2x2", "-vf", "scale=1:1", "-frames:v", "1"));
        byte[] bytes = await Media.MakeAsync(
            "mp3", "-f", "lavfi", "-i", Media.Tone, "-i", cover, "-map", "0:a", "-map", "1:v", "-c:v", "png", "-disposition:v",
            "attached_pic");
        Assert.Empty((await ReadAsync(bytes, Pictures)).OfType<MediaWarning>());
    }

    [Fact]
    public async Task Links_of_an_ogg_chain_follow_each_other_whatever_their_rates_and_channels()
    {
        byte[][] links =
        [
            await LinkAsync(1, "-c:a", "libopus"),
            await LinkAsync(2, "-c:a", "libvorbis", "-ar", "44100"),
            await LinkAsync(2, "-c:a", "libopus"),
            await LinkAsync(1, "-c:a", "flac", "-ar", "16000", "-f", "ogg"),
        ];
        float[][] alone = [.. await Task.WhenAll(links.Select(async link => Media.Join(await ReadAsync(link))))];
        byte[] chain = [.. links.SelectMany(link => link)];
        var file = await ReadAsync(chain);
        Assert.All(file, item => Assert.IsType<AudioBlock>(item));
        Assert.Equal(alone.SelectMany(samples => samples), Media.Join(file));
        Assert.InRange(Media.Join(file).Length, 11.9 * 16_000, 12.2 * 16_000);
        for (int seed = 0; seed < 2; seed++)
            Assert.Equal(Media.Join(file), Media.Join(await Media.DecodeAsync("ogg", chain, seed).ToListAsync()));

        var path = Write(chain);
        var many = await new MediaFile(Media.Options).ReadManyAsync([path, Write(links[0])], 16_000).ToListAsync();
        Assert.Equal(Media.Join(file), many[0].Samples);

        async Task<byte[]> LinkAsync(int channels, params string[] codec) =>
            await Media.ToneAsync("ogg", ["-ac", $"{channels}", .. codec]);
    }

    [Fact]
    public async Task Link_of_an_ogg_chain_that_cannot_be_decoded_is_left_out_and_told()
    {
        byte[] link = await Media.OggAsync();
        byte[] odd = [.. link];
        "Odd"u8.CopyTo(odd.AsSpan(odd.AsSpan().IndexOf("OpusHead"u8)));
        var items = await ReadAsync([.. link, .. odd, .. link]);
        Assert.Contains(items.OfType<MediaWarning>(), warning => warning.Code == WarningCodes.Damaged);
        Assert.InRange(Media.Join(items).Length, 5.9 * 16_000, 6.1 * 16_000);
    }

    /// <summary>What stands before the sound: tags (with their art's length), zeros, other bytes.</summary>
    [Theory]
    [InlineData("mp3", "tag 100")]
    [InlineData("mp3", "tag 100 tag 100")]
    [InlineData("mp3", "tag 70000 tag 30000")]
    [InlineData("mp3", "zeros 3000")]
    [InlineData("mp3", "junk 3000")]
    [InlineData("mp3", "tag 100 zeros 20000")]
    [InlineData("mp3", "tag 9000 junk 500")]
    [InlineData("flac", "tag 100000 tag 50")]
    [InlineData("aac", "tag 100000")]
    [InlineData("aac", "tag 100 tag 100")]
    [InlineData("aac", "junk 500")]
    [InlineData("wav", "tag 100")]
    [InlineData("ogg", "tag 100")]
    public async Task Tags_and_junk_before_the_sound_are_passed_over(string ending, string before)
    {
        string[] words = before.Split(' ');
        var bytes = new List<byte>();
        for (int i = 0; i < words.Length; i += 2)
            bytes.AddRange(Before(words[i], int.Parse(words[i + 1], System.Globalization.CultureInfo.InvariantCulture)));
        byte[] sound = await Media.MakeAsync(ending, "-f", "lavfi", "-i", Media.Tone, "-fflags", "+bitexact", "-id3v2_version", "0");
        float[] plain = Media.Join(await ReadAsync(sound));
        float[] read = Media.Join(await ReadAsync([.. bytes, .. sound]));
        Assert.InRange(read.Length, plain.Length - 4_000, plain.Length + 4_000);
        Assert.InRange(Math.Sqrt(read.Average(x => x * x)), 0.1, 0.24);
    }

    [Fact]
    public async Task Text_and_noise_are_no_sound_however_long()
    {
        var noise = new byte[200_000];
        new Random(9).NextBytes(noise);
        foreach (byte[] bytes in (byte[][])[noise, new byte[200_000], [.. Enumerable.Repeat((byte)0xFF, 200_000)]])
            Assert.Equal(FaultCodes.Undecodable, (await Assert.ThrowsAsync<MediaException>(() => ReadAsync(bytes))).Code);
    }

    [Fact]
    public async Task Mp4_whose_index_comes_last_is_decoded_when_all_of_it_is_there()
    {
        byte[] bytes = await Media.MakeAsync("mp4", "-f", "lavfi", "-i", Media.Tone, "-c:a", "pcm_s16be", "-f", "mov");
        Assert.True(bytes.AsSpan().IndexOf("mdat"u8) < bytes.AsSpan().IndexOf("moov"u8));
        var items = await Media.DecodeAsync("mp4", bytes).ToListAsync();
        Assert.Equal(Media.Join(await ReadAsync(bytes)), Media.Join(items));
    }

    [Theory]
    [InlineData("webm")]
    [InlineData("mp4")]
    [InlineData("ogg")]
    [InlineData("wav")]
    public async Task Decoder_is_not_started_before_there_is_media(string container)
    {
        var decoder = new MediaDecoder(new MediaOptions { FfmpegPath = "/nowhere/ffmpeg" });
        var hello = new MediaHello(1, Container: container);
        var empty = new MediaChunk(MediaKind.Container, TimeSpan.Zero, default);
        Assert.Empty(await decoder.DecodeAsync(hello, Media.SendAsync(empty, empty)).ToListAsync());
        var full = new MediaChunk(MediaKind.Container, TimeSpan.Zero, new byte[32]);
        var fault = await Assert.ThrowsAsync<MediaException>(
            async () => await decoder.DecodeAsync(hello, Media.SendAsync(empty, full)).ToListAsync());
        Assert.Contains("/nowhere/ffmpeg", fault.Message);
    }

    [Fact]
    public async Task Empty_chunks_between_others_are_nothing()
    {
        byte[] bytes = await Media.WebmAsync();
        var empty = new MediaChunk(MediaKind.Container, TimeSpan.Zero, default);
        var chunks = Media.CutAsync(bytes, 2).ToBlockingEnumerable().SelectMany(chunk => (MediaChunk[])[empty, chunk, empty]);
        var items = await new MediaDecoder(Media.Options).DecodeAsync(new MediaHello(1, Container: "webm"), Media.SendAsync(chunks))
            .ToListAsync();
        Assert.Equal(Media.Join(await Media.DecodeAsync("webm", bytes).ToListAsync()), Media.Join(items));
    }

    [Theory]
    [InlineData("3gp", "-c:a aac")]
    [InlineData("aifc", "-f aiff")]
    [InlineData("flv", "-c:a aac")]
    [InlineData("m4b", "-c:a aac -f ipod")]
    [InlineData("mov", "-c:a pcm_s16le")]
    [InlineData("oga", "-c:a flac -f ogg")]
    [InlineData("snd", "-f au")]
    [InlineData("spx", "-c:a libspeex -ar 16000 -f ogg")]
    [InlineData("wave", "-f wav")]
    public async Task Kinds_that_are_named_are_taken(string ending, string codec)
    {
        Assert.Contains($".{ending}", MediaFile.Extensions);
        byte[] bytes = await Media.ToneAsync(ending, codec.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.InRange(Media.Join(await ReadAsync(bytes)).Length, 2.9 * 16_000, 3.2 * 16_000);
    }

    private static MediaWarning AssertShort(List<MediaItem> items, params string[] codes)
    {
        var warning = Assert.Single(items.OfType<MediaWarning>());
        Assert.Contains(warning.Code, codes);
        Assert.InRange(items.OfType<AudioBlock>().Last().End.TotalSeconds, 0.5, 2.6);
        return warning;
    }

    private async Task AssertPicturesUnreadAsync(string container, byte[] bytes, bool wanted, string why)
    {
        foreach (var items in (List<MediaItem>[])[
            await ReadAsync(bytes, wanted ? Pictures : null),
            await Media.DecodeAsync(container, bytes, video: wanted ? Pictures : null).ToListAsync()])
        {
            var warning = Assert.Single(items.OfType<MediaWarning>());
            Assert.Equal(WarningCodes.PicturesUnread, warning.Code);
            Assert.Contains(why, warning.Message);
            Assert.InRange(Media.Join(items).Length, 2.9 * 16_000, 3.1 * 16_000);
            Assert.Empty(items.OfType<VideoFrame>());
        }
    }

    private static byte[] Before(string what, int length)
    {
        var bytes = new byte[length];
        if (what == "junk")
        {
            new Random(length).NextBytes(bytes);
            bytes.AsSpan().Replace((byte)0xFF, (byte)0);
        }

        if (what != "tag") return bytes;
        // A tag of padding alone.
        return [.. "ID3"u8, 4, 0, 0, (byte)(length >> 21), (byte)((length >> 14) & 0x7F), (byte)((length >> 7) & 0x7F),
            (byte)(length & 0x7F), .. bytes];
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():n}");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private async Task<List<MediaItem>> ReadAsync(byte[] bytes, VideoOutput? video = null) =>
        await new MediaFile(Media.Options).DecodeAsync(Write(bytes), video: video).ToListAsync();
}
