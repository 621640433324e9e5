using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.TestKit;
using OpenCvSharp;

namespace AVServer.Vision.Tests;

/// <summary>Pictures of recordings, decoded by ffmpeg.</summary>
internal sealed class VideoClip : IDisposable
{
    private VideoClip(List<Mat> frames, double fps)
    {
        Frames = frames;
        Fps = fps;
    }

    public IReadOnlyList<Mat> Frames { get; }

    public double Fps { get; }

    /// <summary>The first clips of a talker of GRID, 360×288 at 25 fps, three seconds each.</summary>
    public static string[] Grid(string talker, int count) =>
        [.. Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "grid", talker), "*.mkv").Order(StringComparer.Ordinal).Take(count)];

    /// <summary>Decodes a clip.</summary>
    public static VideoClip Read(string path) => Filter(360, 288, 25, ["-i", path]);

    /// <summary>Decodes what ffmpeg makes of its inputs and filters.</summary>
    public static VideoClip Filter(int width, int height, double fps, params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-v", "error", "-nostdin", .. arguments, "-an", "-pix_fmt", "bgr24", "-f", "rawvideo", "-"])
            start.ArgumentList.Add(argument);
        using var ffmpeg = Process.Start(start)!;
        var frames = new List<Mat>();
        var pixels = new byte[width * height * 3];
        while (ffmpeg.StandardOutput.BaseStream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false) == pixels.Length)
        {
            var frame = new Mat(height, width, MatType.CV_8UC3);
            Marshal.Copy(pixels, 0, frame.Data, pixels.Length);
            frames.Add(frame);
        }
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
        Assert.NotEmpty(frames);
        return new VideoClip(frames, fps);
    }

    /// <summary>Media time of a frame.</summary>
    public TimeSpan Time(int frame) => TimeSpan.FromSeconds(frame / Fps);

    public void Dispose()
    {
        foreach (var frame in Frames) frame.Dispose();
    }
}
