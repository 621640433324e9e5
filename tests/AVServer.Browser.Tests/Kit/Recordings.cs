using System.Diagnostics;
using System.Globalization;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests.Kit;

/// <summary>
/// Sound files for the browser's fake microphone and for dropping, made by ffmpeg in a folder that goes away with this object.
/// </summary>
internal sealed class Recordings : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("avserver-browser-");

    /// <summary>
    /// A person who says "computer" once, with silence before and after; the models are sure of it at once, and not as sure as the page can
    /// draw.
    /// </summary>
    public Task<string> ComputerAsync(double leadSeconds = 2, double tailSeconds = 3)
    {
        var recording = Path.Combine(TestPaths.Corpora!, "ovos_wakewords", "wake-words", "en", "computer", "tng-computer-157.opus");
        var lead = (leadSeconds * 1000).ToString(CultureInfo.InvariantCulture);
        return MakeAsync(
            "computer.wav", "-i", recording, "-af",
            string.Create(CultureInfo.InvariantCulture, $"aresample=48000,adelay={lead}:all=1,apad=pad_dur={tailSeconds}"));
    }

    /// <summary>A person who says "view glass", which no shipped model was trained for, with silence before and after.</summary>
    public Task<string> ViewGlassAsync() => MakeAsync(
        "view-glass.wav",
        "-i", Path.Combine(TestPaths.Corpora!, "picovoice_wakeword", "view_glass", "02e881dc-ce15-4608-a145-472a886fa0b1.opus"),
        "-af", "aresample=48000,adelay=500:all=1,apad=pad_dur=1.5");

    /// <summary>A person who says an English sentence loudly (RAVDESS), with silence before and after.</summary>
    public Task<string> SentenceAsync() =>
        MakeAsync(
            "sentence.wav", "-i", Path.Combine(TestPaths.Corpora!, "ravdess", "audio", "03-01-05-02-01-01-02.opus"), "-af",
            "volume=6dB,aresample=48000,adelay=1500:all=1,apad=pad_dur=3");

    /// <summary>
    /// A person who says "computer" and then somebody else who reads a sentence (LJ Speech, public domain as it is seen in the README),
    /// with a pause between.
    /// </summary>
    public async Task<string> TalkAsync()
    {
        var word = await ComputerAsync(1.5, 1);
        var sentence = Path.Combine(TestPaths.Corpora!, "ljspeech_subset", "LJ001-0174.opus");
        return await MakeAsync(
            "talk.wav", "-i", word, "-i", sentence, "-filter_complex",
            "[0:a]volume=9dB[w];[1:a]aresample=48000,adelay=1000:all=1,apad=pad_dur=2[s];[w][s]concat=n=2:v=0:a=1");
    }

    /// <summary>Noise as a FLAC file.</summary>
    public async Task<string> NoiseAsync(TimeSpan length)
    {
        var path = Path.Combine(_folder.FullName, "noise.flac");
        using var ffmpeg = Process.Start(
            "ffmpeg",
            ["-nostdin", "-v", "error", "-f", "lavfi", "-i",
                string.Create(CultureInfo.InvariantCulture, $"anoisesrc=r=16000:a=0.05:d={length.TotalSeconds}"), "-compression_level", "0",
                "-y", path]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return path;
    }

    /// <summary>A tone.</summary>
    /// <param name="amplitude">Peak, 1 is full scale; above that it clips.</param>
    /// <param name="seconds">How long.</param>
    public Task<string> ToneAsync(double amplitude, double seconds) =>
        MakeAsync(
            "tone.wav", "-f", "lavfi", "-i",
            string.Create(CultureInfo.InvariantCulture, $"aevalsrc={amplitude}*sin(2*PI*440*t):s=48000:d={seconds}"));

    /// <summary>A person who talks (GRID), as a camera and a microphone give it.</summary>
    public async Task<(string Camera, string Microphone)> TalkerAsync()
    {
        var clip = Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "grid", "s2"), "*.mkv").Order(StringComparer.Ordinal).First();
        var camera = Path.Combine(_folder.FullName, "camera.y4m");
        using var ffmpeg = Process.Start(
            "ffmpeg", ["-nostdin", "-v", "error", "-i", clip, "-an", "-vf", "scale=640:480", "-pix_fmt", "yuv420p", "-y", camera]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return (camera, await MakeAsync("microphone.wav", "-i", clip, "-vn"));
    }

    /// <summary>Bytes that are no media.</summary>
    public async Task<string> GarbageAsync()
    {
        var path = Path.Combine(_folder.FullName, "garbage.wav");
        await File.WriteAllTextAsync(path, "This is not a recording.");
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string> MakeAsync(string name, params string[] input)
    {
        var path = Path.Combine(_folder.FullName, name);
        using var ffmpeg = Process.Start(
            "ffmpeg", ["-nostdin", "-v", "error", .. input, "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", "-y", path]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return path;
    }
}
