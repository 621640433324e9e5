using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AVServer.Media;
using AVServer.Media.Ffmpeg;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Pipeline.Tests.Video;

/// <summary>Pictures of strangers, decoded in a process of their stream's own.</summary>
[Trait("Category", "unit")]
public sealed partial class JpegDecoderTests : IAsyncDisposable
{
    private readonly JpegDecoder _decoder = Patient(new MediaOptions());

    public ValueTask DisposeAsync() => _decoder.DisposeAsync();

    [Theory]
    [InlineData(640, 480, SandboxUse.Auto)]
    [InlineData(64, 48, SandboxUse.Auto)]
    [InlineData(1_600, 1_200, SandboxUse.Auto)]   // at half its size
    [InlineData(640, 480, SandboxUse.Off)]        // as where there is no bubblewrap
    public async Task Picture_is_the_one_that_this_process_would_decode(int width, int height, SandboxUse sandbox)
    {
        await using var decoder = Patient(new MediaOptions { Sandbox = sandbox });
        var jpeg = Jpeg(width, height);
        var picture = await decoder.DecodeAsync(jpeg, TestKit.TestTimeout.Token());
        Assert.NotNull(picture);
        using var here = new PictureReader();
        Assert.True(here.TryReadJpeg(jpeg.Pixels.Span, width, out var expected));
        Assert.Equal((expected.Width, expected.Height, PixelFormat.Bgr24), (picture.Width, picture.Height, picture.Format));
        Assert.True(expected.AsSpan<byte>().SequenceEqual(picture.Pixels.Span));
        picture.Release();
    }

    [Fact]
    public async Task Pictures_keep_their_order_and_times()
    {
        for (var i = 1; i <= 20; i++)
        {
            var picture = await _decoder.DecodeAsync(Jpeg(16 * i, 16) with { Time = TimeSpan.FromSeconds(i) }, TestKit.TestTimeout.Token());
            Assert.Equal((TimeSpan.FromSeconds(i), 16 * i, 16), (picture!.Time, picture.Width, picture.Height));
            picture.Release();
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_picture_cost_only_themselves()
    {
        Assert.NotNull(await _decoder.DecodeAsync(Jpeg(64, 48), TestKit.TestTimeout.Token()));
        var process = _decoder.ProcessId;
        var whole = Jpeg(64, 48);
        ReadOnlyMemory<byte>[] none = [default, new byte[1_000], whole.Pixels[..20]];
        foreach (var bytes in none) Assert.Null(await _decoder.DecodeAsync(whole with { Pixels = bytes }, TestKit.TestTimeout.Token()));
        Assert.NotNull(await _decoder.DecodeAsync(whole, TestKit.TestTimeout.Token()));
        Assert.Equal(process, _decoder.ProcessId);
    }

    [Fact]
    public async Task Decoder_that_is_killed_costs_its_picture_and_no_other_stream()
    {
        await using var other = new JpegDecoder(new MediaOptions());
        var large = Jpeg(1_600, 1_200);   // more than a pipe holds
        Assert.NotNull(await _decoder.DecodeAsync(large, TestKit.TestTimeout.Token()));
        Assert.NotNull(await other.DecodeAsync(large, TestKit.TestTimeout.Token()));
        var (killed, kept) = (_decoder.ProcessId, other.ProcessId);
        await SignalAsync("STOP");
        var picture = _decoder.DecodeAsync(large, TestKit.TestTimeout.Token()).AsTask();
        Assert.NotNull(await other.DecodeAsync(large, TestKit.TestTimeout.Token()));
        Assert.False(picture.IsCompleted);
        await SignalAsync("KILL");
        Assert.Null(await picture);
        Assert.NotNull(await _decoder.DecodeAsync(large, TestKit.TestTimeout.Token()));
        Assert.NotEqual(killed, _decoder.ProcessId);
        Assert.Equal(kept, other.ProcessId);
    }

    [Theory]
    [InlineData(64, 48)]
    [InlineData(1_600, 1_200)]   // which isn't even taken whole
    public async Task Decoder_that_hangs_is_ended(int width, int height)
    {
        Assert.NotNull(await _decoder.DecodeAsync(Jpeg(width, height), TestKit.TestTimeout.Token()));
        var hung = Processes();
        await SignalAsync("STOP");
        var longest = _decoder.Timeout;
        _decoder.Timeout = TimeSpan.FromMilliseconds(100);
        Assert.Null(await _decoder.DecodeAsync(Jpeg(width, height), TestKit.TestTimeout.Token()));
        await GoneAsync(hung);
        _decoder.Timeout = longest;
        Assert.NotNull(await _decoder.DecodeAsync(Jpeg(width, height), TestKit.TestTimeout.Token()));
    }

    [Fact]
    public async Task Stream_that_ends_does_not_wait_for_its_picture()
    {
        Assert.NotNull(await _decoder.DecodeAsync(Jpeg(64, 48), TestKit.TestTimeout.Token()));
        var hung = Processes();
        await SignalAsync("STOP");
        using var stop = new CancellationTokenSource();
        var picture = _decoder.DecodeAsync(Jpeg(64, 48), stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => picture);
        await GoneAsync(hung);
    }

    [Fact]
    public async Task Answer_that_is_larger_than_any_picture_ends_the_decoder()
    {
        await using var decoder = new JpegDecoder(new MediaOptions { Stream = new MediaLimits { MaxPixels = 64 * 64 } });
        Assert.Null(await decoder.DecodeAsync(Jpeg(640, 480), TestKit.TestTimeout.Token()));
        Assert.Null(decoder.ProcessId);
    }

    [Theory]
    [InlineData(SandboxUse.Auto)]
    [InlineData(SandboxUse.Off)]
    public async Task Decoder_has_bounds_and_ends_with_its_stream(SandboxUse sandbox)
    {
        var decoder = Patient(new MediaOptions { Sandbox = sandbox });
        Assert.NotNull(await decoder.DecodeAsync(Jpeg(64, 48), TestKit.TestTimeout.Token()));
        int[] processes = [decoder.ProcessId!.Value, .. ProcessLimits.DescendantsOf(decoder.ProcessId.Value)];
        var limits = await File.ReadAllTextAsync($"/proc/{processes[^1]}/limits");
        Assert.Matches(@"Max address space +2147483648 ", limits);
        Assert.Matches(@"Max core file size +0 ", limits);
        // From its first instruction: what comes later finds it with more addresses than it may have.
        var status = await File.ReadAllTextAsync($"/proc/{processes[^1]}/status");
        Assert.InRange(int.Parse(PeakKiB().Match(status).Groups[1].ValueSpan, CultureInfo.InvariantCulture), 1, 2 << 20);
        await decoder.DisposeAsync();
        await GoneAsync(processes);
    }

    // A machine on which a process starts late is no fault of the decoder's.
    private static JpegDecoder Patient(MediaOptions options) => new(options) { Timeout = TestKit.TestTimeout.Longest };

    private static VideoFrame Jpeg(int width, int height)
    {
        using var picture = new Mat(height, width, MatType.CV_8UC3);
        new Random(width).NextBytes(picture.AsSpan<byte>());
        return new VideoFrame(TimeSpan.Zero, width, height, PixelFormat.Jpeg, picture.ImEncode(".jpg"));
    }

    // The sandbox, where there is one, and what runs in it last.
    private int[] Processes() => [_decoder.ProcessId!.Value, .. ProcessLimits.DescendantsOf(_decoder.ProcessId.Value)];

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Processes()[^1]}"]);
        await kill.WaitForExitAsync(TestKit.TestTimeout.Token());
        Assert.Equal(0, kill.ExitCode);
    }

    // Those inside a sandbox go with it, by the kernel.
    private static async Task GoneAsync(int[] processes)
    {
        var timeout = TestKit.TestTimeout.Token();
        while (processes.Any(process => Directory.Exists($"/proc/{process}"))) await Task.Delay(10, timeout);
    }

    [GeneratedRegex(@"VmPeak:\s+(\d+) kB")]
    private static partial Regex PeakKiB();
}
