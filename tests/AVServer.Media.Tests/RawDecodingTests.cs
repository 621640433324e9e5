using System.Runtime.InteropServices;
using AVServer.Contracts;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class RawDecodingTests
{
    private const int Rate = 16000;

    [Theory]
    [InlineData("pcm_s16le", 1, 16000)]
    [InlineData("pcm_s16le", 2, 48000)]
    [InlineData("pcm_f32le", 8, 48000)]
    [InlineData("pcm_f32le", 1, 8000)]
    [InlineData("pcm_s16le", 3, 44100)]
    public async Task Same_sound_in_any_chunking_gives_the_same_samples(string format, int channels, int rate)
    {
        var hello = Hello(format, channels, rate);
        int frameBytes = channels * (format == "pcm_s16le" ? 2 : 4);
        byte[] bytes = format == "pcm_s16le" ? Int16([.. Noise(rate / 2 * channels).Select(x => (short)(x * 32767))])
            : Float32(Noise(rate / 2 * channels));

        float[] whole = Media.Join(await DecodeAsync(hello, Chunk(0, bytes)));
        Assert.Equal(rate / 2, whole.Length);
        for (int seed = 0; seed < 5; seed++)
        {
            var items = await DecodeAsync(hello, [.. Cut(bytes, frameBytes, rate, seed)]);
            Assert.DoesNotContain(items, item => item is MediaGap);
            Assert.Equal(whole, Media.Join(items));
        }
    }

    [Fact]
    public async Task Sample_a_jump_makes_silence_that_is_told_but_not_without_end()
    {
        // Eleven bytes on a socket, two of them a sample, each ten seconds behind the one before.
        var chunks = Enumerable.Range(0, 1_000).Select(i => new MediaChunk(MediaKind.Audio, i * TimeSpan.FromSeconds(10), new byte[2]));
        var (silence, gaps) = (TimeSpan.Zero, 0);
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var item in new MediaDecoder(Media.Options).DecodeAsync(
                new MediaHello(1, Audio: new AudioFormat("pcm_s16le", 16_000, 1)), Media.SendAsync(chunks)))
            {
                if (item is not MediaGap gap) continue;
                Assert.True(gap.Filled);
                silence += gap.Duration;
                gaps++;
            }
        });
        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
        Assert.InRange(silence, TimeSpan.FromMinutes(9.5), TimeSpan.FromMinutes(11));
        Assert.InRange(gaps, 57, 66);
    }

    [Fact]
    public async Task Channels_are_mixed_by_their_mean_and_16_bit_is_scaled_to_one()
    {
        byte[] bytes = Int16(-32768, -32768, 16384, 0, 32767, 32767);
        float[] mono = Media.Join(await DecodeAsync(Hello(channels: 2), Chunk(0, bytes)));
        Assert.Equal([-1f, 0.25f, 32767 / 32768f], mono);
    }

    [Fact]
    public async Task First_chunk_sets_where_the_media_begins()
    {
        var items = await DecodeAsync(Hello(), Chunk(5.25, Silence(0.1)), Chunk(5.35, Silence(0.1)));
        Assert.Equal([84000, 85600], items.Cast<AudioBlock>().Select(block => block.FirstSample));
    }

    [Theory]
    [InlineData("pcm_s16le", 1, 641)]
    [InlineData("pcm_s16le", 2, 642)]
    [InlineData("pcm_f32le", 1, 642)]
    public async Task Chunk_that_ends_within_a_sample_is_refused(string format, int channels, int bytes) =>
        await AssertFaultAsync(FaultCodes.BadChunk, Hello(format, channels), Chunk(0, new byte[bytes]));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task Float_sample_that_is_no_number_is_refused(float sample) =>
        await AssertFaultAsync(FaultCodes.BadChunk, Hello("pcm_f32le"), Chunk(0, Float32(0.1f, sample)));

    [Fact]
    public async Task Chunk_of_a_kind_not_announced_is_refused() =>
        await AssertFaultAsync(FaultCodes.BadChunk, Hello(), new MediaChunk(MediaKind.Video, TimeSpan.Zero, Jpeg(8, 8)));

    [Fact]
    public async Task Small_jitter_of_the_time_stamps_means_nothing()
    {
        var random = new Random(11);
        var chunks = Enumerable.Range(0, 200)
            .Select(i => Chunk((i * 0.1) + (i == 0 ? 0 : ((random.NextDouble() * 0.06) - 0.03)), Silence(0.1)));
        var items = await DecodeAsync(Hello(), [.. chunks]);
        Assert.Equal(20 * Rate, Media.Join(items).Length);
        Assert.DoesNotContain(items, item => item is MediaGap);
    }

    [Theory]
    [InlineData(20, 30, 1)]
    [InlineData(20, 30, 2)]
    [InlineData(80, 30, 3)]
    [InlineData(10, 38, 4)]
    public async Task Time_stamps_that_waver_around_the_sample_count_mean_nothing(int chunkMs, int jitterMs, int seed)
    {
        // The first chunk's may be the worst of them.
        var random = new Random(seed);
        var chunks = Enumerable.Range(0, 8_000 / chunkMs).Select(i => Chunk(
            0.1 + (i * chunkMs / 1_000.0)
                + ((i == 0 ? seed % 2 == 0 ? -1 : 1 : (random.NextDouble() * 2) - 1) * jitterMs / 1_000.0), Silence(chunkMs / 1_000.0)));
        var items = await DecodeAsync(Hello(), [.. chunks]);
        Assert.All(items, item => Assert.IsType<AudioBlock>(item));
        Assert.Equal(8 * Rate, Media.Join(items).Length);
    }

    [Theory]
    [InlineData(0.06, 1)]
    [InlineData(0.06, 10)]
    [InlineData(0.06, 60)]
    public async Task Loss_of_a_sender_whose_stamps_are_steady_is_found_though_it_is_small(double lost, int after)
    {
        var items = await DecodeAsync(
            Hello(), [.. Enumerable.Range(0, 200).Select(i => Chunk((i * 0.02) + (i < after ? 0 : lost), Silence(0.02)))]);
        var gap = Assert.Single(items.OfType<MediaGap>());
        Assert.Equal(lost, gap.Duration.TotalSeconds, 2);
        if (after > 5) Assert.Equal(after * 0.02, gap.Start.TotalSeconds, 3);
    }

    [Fact]
    public async Task Empty_chunk_is_nothing_whatever_its_time_and_kind()
    {
        var items = await DecodeAsync(
            Hello(), Chunk(0, []), Chunk(1, Silence(0.1)), Chunk(0, []), new MediaChunk(MediaKind.Container, TimeSpan.Zero, default),
            Chunk(1.1, Silence(0.1)));
        Assert.Equal([16_000, 17_600], items.Cast<AudioBlock>().Select(block => block.FirstSample));
    }

    [Theory]
    [InlineData(300e-6)]
    [InlineData(-300e-6)]
    public async Task Clock_that_runs_fast_or_slow_for_an_hour_is_followed(double error)
    {
        byte[] second = Silence(1);
        var items = await DecodeAsync(Hello(), [.. Enumerable.Range(0, 3600).Select(i => Chunk(i * (1 + error), second))]);
        Assert.DoesNotContain(items, item => item is MediaGap);
        Assert.Equal(3600L * Rate, ((AudioBlock)items[^1]).FirstSample + Rate);
    }

    [Fact]
    public async Task Lost_chunks_shorter_than_the_tolerance_add_up_to_a_gap()
    {
        // 20 ms of each 100 ms never arrive.
        var items = await DecodeAsync(Hello(), [.. Enumerable.Range(0, 50).Select(i => Chunk(i * 0.1, Silence(0.08)))]);
        double lost = items.OfType<MediaGap>().Sum(gap => gap.Duration.TotalSeconds);
        Assert.InRange(lost, 0.9, 1.0);
        Assert.InRange(Media.Join(items).Length, 4.9 * Rate, 5.0 * Rate);
    }

    [Fact]
    public async Task Short_hole_is_filled_with_silence()
    {
        var items = await DecodeAsync(Hello(), Chunk(0, Silence(0.1)), Chunk(1.1, Silence(0.1)));
        Assert.Equal(
            new MediaGap(MediaKind.Audio, GapReason.MissingInInput, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1), true), items[1]);
        Assert.Equal(1.2 * Rate, Media.Join(items).Length);
    }

    [Fact]
    public async Task Long_hole_is_told_and_the_time_stays_true()
    {
        var items = await DecodeAsync(Hello(), Chunk(0, Silence(0.1)), Chunk(60, Silence(0.1)));
        Assert.False(Assert.IsType<MediaGap>(items[1]).Filled);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.IsType<AudioBlock>(items[2]).Start);
    }

    [Fact]
    public async Task Time_that_goes_back_is_refused_after_what_came_before()
    {
        var got = await AssertFaultAsync(FaultCodes.TimeWentBack, Hello(), Chunk(1, Silence(0.1)), Chunk(1.02, Silence(0.1)));
        Assert.Single(got);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-9e11)]
    public async Task Negative_time_is_refused(double seconds) =>
        await AssertFaultAsync(FaultCodes.BadChunk, Hello(), Chunk(0, Silence(0.1)), Chunk(seconds, Silence(0.1)));

    [Fact]
    public async Task Stream_goes_on_after_weeks_with_its_time_true_to_the_sample()
    {
        var weeks = TimeSpan.FromDays(30).TotalSeconds;
        var items = await DecodeAsync(Hello(), Chunk(0, Silence(0.1)), Chunk(weeks, Silence(0.1)), Chunk(weeks + 0.1, Silence(0.1)));
        Assert.Equal([0, (long)weeks * Rate, ((long)weeks * Rate) + 1600], items.OfType<AudioBlock>().Select(block => block.FirstSample));
    }

    [Fact]
    public async Task Stream_goes_on_beyond_a_day_and_sixteen_gigabytes()
    {
        byte[] jpeg = await Media.MakeAsync("jpg", "-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-frames:v", "1");
        byte[] large = [.. jpeg, .. new byte[(4 << 20) - jpeg.Length]];   // the largest chunk there may be, the same one each time
        var chunks = Enumerable.Range(0, 4_500).Select(i => Picture(20 * i, large));
        var (bytes, last) = (0L, TimeSpan.Zero);
        var hello = new MediaHello(1, Video: new VideoFormat());
        await foreach (var item in new MediaDecoder(new MediaOptions()).DecodeAsync(hello, chunks.ToAsyncEnumerable()))
        {
            if (item is VideoFrame picture) (bytes, last) = (bytes + picture.Pixels.Length, picture.Time);
        }

        Assert.Equal(4_500L * large.Length, bytes);
        Assert.InRange(bytes, 17L << 30, long.MaxValue);
        Assert.Equal(TimeSpan.FromSeconds(20 * 4_499), last);   // 24 h 59 min
    }

    [Fact]
    public async Task Stream_that_reaches_a_limit_says_how_to_go_on()
    {
        var options = new MediaOptions();
        var decoder = new MediaDecoder(options);
        var stream = options.Stream;
        foreach (var limits in new[] { stream with { MaxDuration = TimeSpan.FromSeconds(1) }, stream with { MaxInputBytes = 4_000 } })
        {
            var chunks = new[] { Chunk(0, Silence(0.1)), Chunk(1.1, Silence(0.1)) }.ToAsyncEnumerable();
            var fault = await Assert.ThrowsAsync<MediaException>(async () =>
                await decoder.DecodeAsync(Hello(), chunks, limits).ToListAsync());
            Assert.Equal(FaultCodes.StreamLimit, fault.Code);
            Assert.Contains("under the same id", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Time_beyond_the_longest_media_passes_the_limit() =>
        await AssertFaultAsync(FaultCodes.LimitExceeded, Hello(), Chunk(0, Silence(0.1)), Chunk(9e11, Silence(0.1)));

    [Fact]
    public async Task Chunk_too_large_passes_the_limit() =>
        await AssertFaultAsync(FaultCodes.LimitExceeded, Hello(), Chunk(0, new byte[(4 << 20) + 2]));

    [Fact]
    public async Task Pictures_pass_through_with_their_size()
    {
        byte[] jpeg = await Media.MakeAsync("jpg", "-f", "lavfi", "-i", "testsrc=s=322x242:d=1", "-frames:v", "1");
        var hello = new MediaHello(1, Video: new VideoFormat());
        var items = await DecodeAsync(hello, Picture(0.04, jpeg), Picture(0.08, jpeg));
        var picture = Assert.IsType<VideoFrame>(items[1]);
        Assert.Equal(
            (322, 242, PixelFormat.Jpeg, TimeSpan.FromSeconds(0.08)), (picture.Width, picture.Height, picture.Format, picture.Time));
        Assert.Equal(jpeg, picture.Pixels.ToArray());

        await AssertFaultAsync(FaultCodes.TimeWentBack, hello, Picture(0.04, jpeg), Picture(0.04, jpeg));
        await AssertFaultAsync(FaultCodes.BadChunk, hello, Picture(0, jpeg[..20]));
        await AssertFaultAsync(FaultCodes.BadChunk, hello, Picture(0, new byte[500]));
        await AssertFaultAsync(FaultCodes.LimitExceeded, hello, Picture(0, Jpeg(65535, 65535)));
    }

    [Theory]
    [InlineData(2, "pcm_s16le", 16000, 1, null)]
    [InlineData(1, "mulaw", 16000, 1, null)]
    [InlineData(1, "pcm_s16le", 7999, 1, null)]
    [InlineData(1, "pcm_s16le", 192001, 1, null)]
    [InlineData(1, "pcm_s16le", 16000, 0, null)]
    [InlineData(1, "pcm_s16le", 16000, 9, null)]
    [InlineData(1, "pcm_s16le", 16000, 1, "webm")]
    [InlineData(1, null, 16000, 1, "hls")]
    [InlineData(1, null, 16000, 1, null)]
    public void Hello_that_cannot_be_served_is_refused(int protocol, string? format, int rate, int channels, string? container)
    {
        var hello = new MediaHello(protocol, format is null ? null : new AudioFormat(format, rate, channels), null, container);
        var fault = Assert.Throws<MediaException>(() => HelloRules.Check(hello));
        Assert.Equal(FaultCodes.BadHello, fault.Code);
        Assert.Matches("^Expected .+, got .+; .+", fault.Message);
    }

    private static byte[] Int16(params short[] samples) => MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();

    private static byte[] Float32(params float[] samples) => MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();

    private static MediaHello Hello(string format = "pcm_s16le", int channels = 1, int rate = Rate) =>
        new(1, new AudioFormat(format, rate, channels));

    private static MediaChunk Chunk(double seconds, byte[] bytes) => new(MediaKind.Audio, TimeSpan.FromSeconds(seconds), bytes);

    private static MediaChunk Picture(double seconds, byte[] bytes) => new(MediaKind.Video, TimeSpan.FromSeconds(seconds), bytes);

    private static byte[] Silence(double seconds) => new byte[(int)(seconds * Rate) * 2];

    // Start of image and a frame header that states the size.
    private static byte[] Jpeg(ushort width, ushort height) =>
        [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xD9];

    private static float[] Noise(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    // Time stamps as clients send them: whole microseconds.
    private static IEnumerable<MediaChunk> Cut(byte[] bytes, int frameBytes, int rate, int seed)
    {
        var random = new Random(seed);
        int frames = bytes.Length / frameBytes;
        for (int at = 0; at < frames;)
        {
            int count = Math.Min(random.Next(1, rate / 5), frames - at);
            var time = TimeSpan.FromMicroseconds(Math.Round(at * 1e6 / rate));
            yield return new MediaChunk(MediaKind.Audio, time, bytes.AsMemory(at * frameBytes, count * frameBytes));
            at += count;
        }
    }

    private static async Task<List<MediaItem>> DecodeAsync(MediaHello hello, params MediaChunk[] chunks) =>
        await new MediaDecoder(Media.Options).DecodeAsync(hello, Media.SendAsync(chunks)).ToListAsync();

    private static async Task<List<MediaItem>> AssertFaultAsync(string code, MediaHello hello, params MediaChunk[] chunks)
    {
        var items = new List<MediaItem>();
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var item in new MediaDecoder(Media.Options).DecodeAsync(hello, Media.SendAsync(chunks))) items.Add(item);
        });
        Assert.Equal(code, fault.Code);
        Assert.Matches("^Expected .+, got .+; .+", fault.Message);
        return items;
    }
}
