using System.Text;
using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;
using AVServer.TestKit;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class ContainerDecodingTests
{
    public static TheoryData<string> Containers => ["webm", "matroska", "mp4", "ogg", "wav"];

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task Container_in_any_chunking_gives_the_same_samples(string container)
    {
        byte[] bytes = await MakeAsync(container);
        float[] first = Media.Join(await Media.DecodeAsync(container, bytes, seed: 1).ToListAsync());
        float[] second = Media.Join(await Media.DecodeAsync(container, bytes, seed: 2).ToListAsync());

        Assert.InRange(first.Length, 2.95 * 16000, 3.1 * 16000);
        Assert.InRange(Math.Sqrt(first.Average(x => x * x)), 0.14, 0.24);   // the formula's is 0.18
        Assert.Equal(first, second);
    }

    public static TheoryData<string, string[]> LiveContainers => new()
    {
        { "wav", ["-ar", "16000", "-c:a", "pcm_s16le"] },
        { "wav", ["-ar", "8000", "-c:a", "pcm_u8"] },
        { "wav", ["-ar", "48000", "-ac", "2", "-c:a", "pcm_s24le"] },   // with the extension of the header
        { "wav", ["-ar", "16000", "-c:a", "pcm_f32le"] },
        { "ogg", ["-c:a", "libopus", "-page_duration", "20000"] },
        { "webm", ["-c:a", "libopus"] },
        { "matroska", ["-ar", "16000", "-c:a", "pcm_s16le"] },
        { "mp4", ["-c:a", "aac", "-movflags", "empty_moov+default_base_moof+frag_every_frame"] },
    };

    /// <summary>A recorder that has just begun: of what it has sent, all but a little is heard before it sends more.</summary>
    [Theory]
    [MemberData(nameof(LiveContainers))]
    public async Task Live_container_is_heard_from_its_first_sound_on(string container, string[] codec)
    {
        byte[] bytes = await Media.ToneAsync(container == "matroska" ? "mkv" : container, codec);
        var sent = Channel.CreateUnbounded<MediaChunk>();
        // Three seconds are in all of it: of so much of the bytes there are 0.3 seconds, beside the headers.
        sent.Writer.TryWrite(new MediaChunk(MediaKind.Container, TimeSpan.Zero, bytes.AsMemory(0, 2_000 + (bytes.Length / 10))));
        var decoder = new MediaDecoder(Media.Options);
        var hello = new MediaHello(1, Container: container);
        await using var items = decoder.DecodeAsync(hello, sent.Reader.ReadAllAsync()).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TestTimeout.Longest));   // without a byte more
        Assert.Equal(0, Assert.IsType<AudioBlock>(items.Current).FirstSample);
        sent.Writer.TryWrite(new MediaChunk(MediaKind.Container, TimeSpan.Zero, bytes.AsMemory(2_000 + (bytes.Length / 10))));
        sent.Writer.Complete();
        List<MediaItem> all = [items.Current];
        while (await items.MoveNextAsync()) all.Add(items.Current);
        Assert.InRange(Media.Join(all).Length, 2.95 * 16000, 3.1 * 16000);
        Assert.Empty(all.OfType<MediaWarning>());
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task Truncated_container_gives_what_came(string container)
    {
        byte[] bytes = await MakeAsync(container);
        float[] samples = Media.Join(await Media.DecodeAsync(container, bytes[..(bytes.Length * 2 / 3)]).ToListAsync());
        Assert.InRange(samples.Length, 0.8 * 16000, 2.4 * 16000);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task Garbage_is_undecodable(string container)
    {
        var garbage = new byte[20_000];
        new Random(5).NextBytes(garbage);
        var fault = await Assert.ThrowsAsync<MediaException>(async () => await Media.DecodeAsync(container, garbage).ToListAsync());
        Assert.Equal(FaultCodes.Undecodable, fault.Code);
        Assert.Contains($"container {container}", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0x", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_name_says_what_the_bytes_are()
    {
        var fault = await Assert.ThrowsAsync<MediaException>(
            async () => await Media.DecodeAsync("mp4", await Media.WebmAsync(), seed: 3).ToListAsync());
        Assert.Equal(FaultCodes.Undecodable, fault.Code);
    }

    [Fact]
    public async Task Playlist_is_not_followed()
    {
        byte[] playlist = Encoding.ASCII.GetBytes("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
        foreach (string container in ContainerNames.All)
        {
            var fault = await Assert.ThrowsAsync<MediaException>(async () => await Media.DecodeAsync(container, playlist).ToListAsync());
            Assert.Equal(FaultCodes.Undecodable, fault.Code);
        }
    }

    [Fact]
    public async Task Nothing_sent_gives_nothing() => Assert.Empty(await Media.DecodeAsync("webm", []).ToListAsync());

    [Fact]
    public async Task Raw_chunk_in_a_container_stream_is_refused()
    {
        var chunk = new MediaChunk(MediaKind.Audio, TimeSpan.Zero, new byte[640]);
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
            await new MediaDecoder(Media.Options).DecodeAsync(new MediaHello(1, Container: "webm"), Media.SendAsync(chunk)).ToListAsync());
        Assert.Equal(FaultCodes.BadChunk, fault.Code);
    }

    [Fact]
    public async Task Hole_in_the_container_is_filled_and_told()
    {
        byte[] webm = await Media.MakeAsync(
            "webm", "-f", "lavfi", "-i", Media.Tone, "-af", "aselect='not(between(t,1,1.5))'", "-c:a", "libopus");
        var items = await Media.DecodeAsync("webm", webm).ToListAsync();
        var gap = Assert.Single(items.OfType<MediaGap>());
        Assert.True(gap.Filled);
        Assert.InRange(gap.Start.TotalSeconds, 0.95, 1.05);
        Assert.InRange(gap.Duration.TotalSeconds, 0.45, 0.55);
        Assert.InRange(Media.Join(items).Length, 2.95 * 16000, 3.1 * 16000);
    }

    [Fact]
    public async Task Pictures_come_scaled_with_their_times()
    {
        byte[] webm = await Media.MakeAsync(
            "webm", "-f", "lavfi", "-i", Media.Tone, "-f", "lavfi", "-i", "testsrc=s=640x360:r=30:d=3", "-c:a", "libopus", "-c:v", "libvpx",
            "-deadline", "realtime", "-cpu-used", "8");
        foreach (var format in new[] { PixelFormat.Gray8, PixelFormat.Bgr24 })
        {
            var items = await Media.DecodeAsync("webm", webm, video: new VideoOutput(format, 320, 240)).ToListAsync();
            var pictures = items.OfType<VideoFrame>().ToList();
            Assert.InRange(pictures.Count, 73, 77);
            Assert.All(
                pictures, picture => Assert.Equal(
                    (320, 180, 320 * 180 * (format == PixelFormat.Gray8 ? 1 : 3)), (picture.Width, picture.Height, picture.Pixels.Length)));
            Assert.All(
                pictures.Zip(pictures.Skip(1)), pair => Assert.InRange((pair.Second.Time - pair.First.Time).TotalMilliseconds, 38, 42));
            Assert.True(pictures[40].Pixels.Span.ContainsAnyExcept((byte)0));
            Assert.InRange(Media.Join(items).Length, 2.95 * 16000, 3.1 * 16000);
        }
    }

    [Fact]
    public async Task Memory_of_released_pictures_is_used_again()
    {
        byte[] webm = await Media.MakeAsync(
            "webm", "-f", "lavfi", "-i", "testsrc=s=640x360:r=25:d=3", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8");
        var (kept, released) = (await MemoriesAsync(release: false), await MemoriesAsync(release: true));
        Assert.Equal(75, kept);
        Assert.InRange(released, 1, 25);

        async Task<int> MemoriesAsync(bool release)
        {
            var memories = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
            await foreach (var item in Media.DecodeAsync("webm", webm, video: new VideoOutput(PixelFormat.Bgr24, 640, 360)))
            {
                if (item is not VideoFrame picture) continue;
                Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(picture.Pixels, out var memory));
                memories.Add(memory.Array!);
                if (release) picture.Release();
            }
            return memories.Count;
        }
    }

    [Fact]
    public async Task Long_silence_in_few_bytes_passes_the_limit()
    {
        byte[] bomb = await Media.MakeAsync(
            "mka", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=7200", "-c:a", "flac", "-frame_size", "65535");
        var limits = new MediaLimits { FreeDuration = TimeSpan.FromMinutes(1), MinBytesPerSecond = 1000 };
        var heard = TimeSpan.Zero;
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var item in Media.DecodeAsync("matroska", bomb, limits: limits))
                if (item is AudioBlock block) heard = block.End;
        });
        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
        Assert.True(heard < TimeSpan.FromMinutes(2 + (bomb.Length / 60_000.0)), $"{heard} decoded of {bomb.Length} bytes");
    }

    [Fact]
    public async Task Media_longer_than_allowed_passes_the_limit()
    {
        var fault = await Assert.ThrowsAsync<MediaException>(async () =>
            await Media.DecodeAsync("webm", await Media.WebmAsync(), limits: new MediaLimits { MaxDuration = TimeSpan.FromSeconds(1) })
                .ToListAsync());
        Assert.Equal(FaultCodes.LimitExceeded, fault.Code);
    }

    [Fact]
    public async Task Chunks_that_fail_pass_their_own_fault_on()
    {
        byte[] webm = await Media.WebmAsync();
        async IAsyncEnumerable<MediaChunk> BreakOff()
        {
            await foreach (var chunk in Media.CutAsync(webm[..8000], 1)) yield return chunk;
            throw new InvalidOperationException("line dropped");
        }

        var items = new List<MediaItem>();
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in new MediaDecoder(Media.Options).DecodeAsync(new MediaHello(1, Container: "webm"), BreakOff()))
                items.Add(item);
        });
        Assert.True(Media.Join(items).Length > 8000);
    }

    [Fact]
    public async Task Killed_decoder_is_named()
    {
        var arguments = FfmpegArguments.ForPipe("wav", new MediaLimits(), null);
        await using var process = DecoderProcess.Start("ffmpeg", arguments, new MediaLimits());
        using (var victim = System.Diagnostics.Process.GetProcessById(process.Id)) victim.Kill();
        var (exitCode, errors) = await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(FaultCodes.Internal, FfmpegFault.Of(exitCode, errors, "sound").Code);
    }

    [Fact]
    public async Task Decoder_that_takes_too_much_processor_time_is_stopped()
    {
        var limits = new MediaLimits { MaxDecoderCpu = TimeSpan.FromSeconds(1) };
        await using var process = DecoderProcess.Start(
            "ffmpeg", "-v error -nostdin -f lavfi -i testsrc=s=1280x720:d=100000 -f null -", limits);
        process.CompleteInput();
        var (exitCode, errors) = await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(FaultCodes.LimitExceeded, FfmpegFault.Of(exitCode, errors, "sound").Code);
    }

    [Fact]
    public async Task Decoder_of_a_stream_may_go_on_beyond_its_hour_of_processor_time()
    {
        byte[] minutes = await Media.MakeAsync("wav", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "125", "-c:a", "pcm_u8");
        var limits = new MediaOptions().Stream;
        Assert.Equal(TimeSpan.FromHours(1), limits.MaxDecoderCpu);
        await using var process = DecoderProcess.Start("ffmpeg", FfmpegArguments.ForPipe("wav", limits, null), limits);
        var sent = process.Input.WriteAsync(minutes).AsTask();   // and more would come: it doesn't end
        var decoded = new DecodedStream(process, limits, 16_000, null, () => minutes.Length);
        await foreach (var _ in decoded.ReadAsync(TestTimeout.Token()))
            if (decoded.End >= TimeSpan.FromSeconds(121)) break;
        string limit = (await File.ReadAllLinesAsync($"/proc/{process.Id}/limits")).Single(line => line.StartsWith("Max cpu time",
            StringComparison.Ordinal));
        // Each minute of media is as much more; who takes it and gives nothing gets none.
        Assert.Matches(@"^Max cpu time +372\d ", limit);
        Assert.False(sent.IsFaulted);
    }

    [Fact]
    public async Task Processor_time_of_a_stream_grows_with_its_media()
    {
        var limits = new MediaLimits { MaxDecoderCpu = TimeSpan.FromSeconds(1), DecoderCpuShare = 1 };
        await using var process = DecoderProcess.Start(
            "ffmpeg", "-v error -nostdin -f lavfi -i testsrc=s=1280x720:d=100000 -f null -", limits);
        process.AllowCpu(TimeSpan.FromSeconds(3));
        process.CompleteInput();
        var started = System.Diagnostics.Process.GetProcessById(process.Id);
        var used = TimeSpan.Zero;
        var ended = process.WaitForExitAsync(CancellationToken.None);
        for (; !ended.IsCompleted; await Task.WhenAny(ended, Task.Delay(50)))
            used = Used(started) ?? used;
        Assert.InRange(used, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        var (exitCode, errors) = await ended;
        Assert.Equal(FaultCodes.LimitExceeded, FfmpegFault.Of(exitCode, errors, "sound").Code);

        static TimeSpan? Used(System.Diagnostics.Process process)
        {
            try
            {
                process.Refresh();
                return process.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                return null;   // it has ended
            }
        }
    }

    [Theory]
    [InlineData(1, FaultCodes.Undecodable)]
    [InlineData(137, FaultCodes.Internal)]        // SIGKILL
    [InlineData(139, FaultCodes.Internal)]        // SIGSEGV
    [InlineData(152, FaultCodes.LimitExceeded)]   // SIGXCPU
    [InlineData(183, FaultCodes.Undecodable)]     // "invalid data" of ffmpeg 6.1 and newer
    [InlineData(234, FaultCodes.Undecodable)]     // "invalid argument" of the same
    public void End_of_a_decoder_is_told_by_its_exit_code(int exitCode, string fault) =>
        Assert.Equal(fault, FfmpegFault.Of(exitCode, "Invalid data", "sound").Code);

    [Fact]
    public async Task Parallel_decodes_and_abandoned_ones_leave_no_process()
    {
        byte[] webm = await Media.WebmAsync();
        async Task<int> One(int n)
        {
            if (n % 4 != 0) return Media.Join(await Media.DecodeAsync("webm", webm, seed: n).ToListAsync()).Length;
            await foreach (var _ in Media.DecodeAsync("webm", webm, seed: n)) return 0;   // walks away after the first item
            return -1;
        }

        int[] lengths = await Task.WhenAll(Enumerable.Range(0, 20).Select(One));
        Assert.Equal(2, lengths.Distinct().Count());
        Assert.DoesNotContain(-1, lengths);
        Assert.Empty(Children());
    }

    [Fact]
    public async Task Cancelled_decode_ends_its_process_while_chunks_are_awaited()
    {
        using var cancel = new CancellationTokenSource();
        byte[] webm = await Media.WebmAsync();
        async IAsyncEnumerable<MediaChunk> NeverEnding(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token = default)
        {
            yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, webm);
            await Task.Delay(Timeout.Infinite, token);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in new MediaDecoder(Media.Options)
                .DecodeAsync(new MediaHello(1, Container: "webm"), NeverEnding(), cancellationToken: cancel.Token))
                await cancel.CancelAsync();
        });
    }

    private static Task<byte[]> MakeAsync(string container) => container switch
    {
        "webm" => Media.WebmAsync(),
        "mp4" => Media.Mp4Async(),
        "ogg" => Media.OggAsync(),
        "wav" => Media.WavAsync(),
        _ => Media.ToneAsync("mkv", "-c:a", "flac"),
    };

    // Decoders of this very process; the tests run one after another.
    private static List<string> Children() =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => Path.Combine(folder, "stat")).Select(ReadOrEmpty)
            .Where(
                stat => stat.Contains("(ffmpeg)", StringComparison.Ordinal)
                    && stat[(stat.LastIndexOf(')') + 4)..].StartsWith($"{Environment.ProcessId} ", StringComparison.Ordinal))];

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
