using System.Diagnostics;
using System.Runtime.CompilerServices;
using AVServer.Contracts;

namespace AVServer.Media.Tests;

/// <summary>Real media for the tests: made by ffmpeg from a formula, or cut from given bytes.</summary>
internal static class Media
{
    public static MediaOptions Options { get; } = new();

    /// <summary>Three seconds of two tones that come and go; same bytes each time.</summary>
    public const string Tone = "aevalsrc=0.4*sin(2*PI*440*t)*(1+sin(2*PI*3*t))/2+0.1*sin(2*PI*1330*t):s=48000:d=3";

    /// <summary>A WAV file with the extended format, which says of how many bits a sample makes use.</summary>
    public static byte[] Wav(short tag, short channels, int container, int valid, int rate, byte[] data)
    {
        int block = channels * container / 8;
        byte[] format =
        [
            .. BitConverter.GetBytes((ushort)0xFFFE), .. BitConverter.GetBytes(channels), .. BitConverter.GetBytes(rate),
            .. BitConverter.GetBytes(rate * block),
            .. BitConverter.GetBytes((short)block), .. BitConverter.GetBytes((short)container), .. BitConverter.GetBytes((short)22),
            .. BitConverter.GetBytes((short)valid),
            4, 0, 0, 0, .. BitConverter.GetBytes(tag), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
        ];
        return
        [
            .. "RIFF"u8, .. BitConverter.GetBytes(4 + 8 + format.Length + 8 + data.Length), .. "WAVEfmt "u8,
            .. BitConverter.GetBytes(format.Length), .. format,
            .. "data"u8, .. BitConverter.GetBytes(data.Length), .. data,
        ];
    }

    /// <summary>Runs ffmpeg with the arguments given and returns what it wrote to a file of that ending.</summary>
    public static async Task<byte[]> MakeAsync(string ending, params string[] arguments)
    {
        string path = Path.Combine(Path.GetTempPath(), $"avserver-{Guid.NewGuid():n}.{ending}");
        try
        {
            await RunAsync([.. arguments, "-y", path]);
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Task<byte[]> ToneAsync(string ending, params string[] codec) =>
        MakeAsync(ending, ["-f", "lavfi", "-i", Tone, "-fflags", "+bitexact", .. codec]);

    public static Task<byte[]> WebmAsync() => ToneAsync("webm", "-c:a", "libopus", "-b:a", "24k");

    public static Task<byte[]> Mp4Async() => ToneAsync("mp4", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov");

    public static Task<byte[]> OggAsync() => ToneAsync("ogg", "-c:a", "libopus");

    public static Task<byte[]> WavAsync() => ToneAsync("wav", "-ar", "16000", "-c:a", "pcm_s16le");

    /// <summary>Cuts a container at the sizes that the seed gives, 1 to 8,000 bytes.</summary>
    public static async IAsyncEnumerable<MediaChunk> CutAsync(
        byte[] container, int seed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var random = new Random(seed);
        for (int at = 0; at < container.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Math.Min(random.Next(1, 8000), container.Length - at);
            yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, container.AsMemory(at, length));
            at += length;
            await Task.Yield();
        }
    }

    public static IAsyncEnumerable<MediaItem> DecodeAsync(
        string container, byte[] bytes, int seed = 1, MediaLimits? limits = null, VideoOutput? video = null,
        CancellationToken cancellationToken = default) =>
        new MediaDecoder(Options).DecodeAsync(
            new MediaHello(1, Container: container), CutAsync(bytes, seed, cancellationToken), limits, video, cancellationToken);

    /// <summary>All samples, joined; fails if a block does not begin where the last one ended.</summary>
    public static float[] Join(IEnumerable<MediaItem> items)
    {
        var samples = new List<float>();
        long? next = null;
        foreach (var block in items.OfType<AudioBlock>())
        {
            Assert.Equal(next ?? block.FirstSample, block.FirstSample);
            samples.AddRange(block.Samples.Span);
            next = block.FirstSample + block.Samples.Length;
        }

        return [.. samples];
    }

    /// <summary>The given chunks, in order.</summary>
    public static async IAsyncEnumerable<MediaChunk> SendAsync(params IEnumerable<MediaChunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            await Task.Yield();
            yield return chunk;
        }
    }

    private static async Task RunAsync(IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", .. arguments])
            {
                RedirectStandardError = true,
            })!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }
}
