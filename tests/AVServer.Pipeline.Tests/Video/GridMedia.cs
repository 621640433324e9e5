using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Video;

/// <summary>Real recordings of talking faces (GRID), and what ffmpeg makes of them.</summary>
internal sealed class GridMedia : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, float[]> _sounds = [];
    private readonly Dictionary<(string, double), byte[][]> _pictures = [];
    private int _files;

    /// <summary>A clip of a talker: 360×288, 25 pictures a second, three seconds, a sentence of about 1.7 s in the middle.</summary>
    public static string Clip(string talker, int index = 0) =>
        Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "grid", talker), "*.mkv").Order(StringComparer.Ordinal).ElementAt(index);

    /// <summary>Makes a file with ffmpeg.</summary>
    /// <param name="ending">Kind of file, <c>mkv</c> or <c>mp4</c>.</param>
    /// <param name="arguments">Inputs, filters and mappings.</param>
    public string Make(string ending, params string[] arguments)
    {
        var path = Path.Combine(_folder.Path, $"{_files++}.{ending}");
        Ffmpeg(
            [.. arguments, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", "-c:a",
                ending == "mp4" ? "aac" : "pcm_s16le", path]);
        return path;
    }

    /// <summary>Makes a file with ffmpeg by copying streams.</summary>
    public string Copy(string ending, params string[] arguments)
    {
        var path = Path.Combine(_folder.Path, $"{_files++}.{ending}");
        Ffmpeg([.. arguments, "-c", "copy", path]);
        return path;
    }

    /// <summary>Several clips one after another.</summary>
    public string Join(params string[] clips) => Make(
        "mkv",
        [.. clips.SelectMany(clip => new[] { "-i", clip }), "-filter_complex",
            string.Concat(clips.Select((_, i) => $"[{i}:v][{i}:a]")) + $"concat=n={clips.Length}:v=1:a=1"]);

    /// <summary>A file's bytes as a container upload.</summary>
    public static async IAsyncEnumerable<MediaChunk> Chunks(string path, Func<int> bytes)
    {
        var content = await File.ReadAllBytesAsync(path);
        for (var at = 0; at < content.Length;)
        {
            var length = Math.Min(bytes(), content.Length - at);
            yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, content.AsMemory(at, length));
            at += length;
            await Task.Yield();
        }
    }

    /// <summary>A file's sound as PCM and its pictures as JPEG, as a browser's camera sends them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="soundSeconds">Length of a chunk of sound.</param>
    /// <param name="lag">How much later than the sound the pictures are sent; their times stay.</param>
    /// <param name="fps">Pictures a second.</param>
    public async Task<List<MediaChunk>> AsCameraAsync(string path, double soundSeconds = 0.08, double lag = 0, double fps = 25)
    {
        var chunks = new List<(double Sent, MediaChunk Chunk)>();
        if (!_sounds.TryGetValue(path, out var samples))
            _sounds.Add(path, samples = await new MediaFile(new MediaOptions()).ReadAudioAsync(path, 16_000));
        var length = (int)(soundSeconds * 16_000);
        for (var at = 0; at < samples.Length; at += length)
        {
            var part = samples.AsSpan(at, Math.Min(length, samples.Length - at));
            var end = (at + part.Length) / 16_000.0;
            chunks.Add((end, new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds(at / 16_000.0), MemoryMarshal.AsBytes(part).ToArray())));
        }
        var pictures = Jpegs(path, fps);
        for (var i = 0; i < pictures.Length; i++)
            chunks.Add(((i / fps) + lag, new MediaChunk(MediaKind.Video, TimeSpan.FromSeconds(i / fps), pictures[i])));
        return [.. chunks.OrderBy(chunk => chunk.Sent).Select(chunk => chunk.Chunk)];
    }

    /// <summary>What such a camera announces.</summary>
    public static MediaHello CameraHello { get; } = new(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"), new VideoFormat());

    /// <summary>Pictures of a file as JPEG files.</summary>
    public byte[][] Jpegs(string path, double fps = 25)
    {
        if (_pictures.TryGetValue((path, fps), out var made)) return made;
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, $"{_files++}"));
        Ffmpeg("-i", path, "-r", FormattableString.Invariant($"{fps}"), "-q:v", "3", Path.Combine(folder.FullName, "%04d.jpg"));
        made = [.. folder.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => File.ReadAllBytes(file.FullName))];
        _pictures.Add((path, fps), made);
        return made;
    }

    public void Dispose() => _folder.Dispose();

    private static void Ffmpeg(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-v", "error", "-nostdin", "-y", "-threads", "1", .. arguments])
            start.ArgumentList.Add(argument);
        using var ffmpeg = Process.Start(start)!;
        var errors = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        Assert.True(ffmpeg.ExitCode == 0, errors);
    }
}
