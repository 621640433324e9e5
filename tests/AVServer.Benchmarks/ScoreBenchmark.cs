using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>score</c>: how many times faster than real time files are scored by one core, decoding and all, with the models that listen by
/// default: ten minutes of speech, and a minute of a talking face of 640×480. <c>long</c>: what a two-hour file needs of memory beside a
/// ten-minute one, and how soon its scoring stops when it is cancelled.
/// </summary>
internal static class ScoreBenchmark
{
    private static readonly TimeSpan Speech = TimeSpan.FromMinutes(10);
    private const int TwoHours = 12;   // times ten minutes

    public static async Task<int> RunAsync()
    {
        UseOneCore();
        using var folder = new TemporaryFolder();
        var sound = await SpeechFileAsync(folder.Path, repeats: 1);
        var film = await FilmAsync(folder.Path);
        await using var services = PipelineServices.BuildPipeline(TestPaths.Models, KeyValuePair.Create("Runtime:Workers", (string?)"1"));
        var pipeline = services.GetRequiredService<IStreamPipeline>();
        await SpeedAsync(pipeline, film);   // loads and warms up everything
        Console.WriteLine(
            "files scored by one core, ffmpeg included, by "
            + $"{string.Join(", ", pipeline.Models.Where(model => model.Active).Select(model => model.Name))}");
        Console.WriteLine($"  10 min of speech           {await SpeedAsync(pipeline, sound)}");
        Console.WriteLine($"  a talking face at 640×480  {await SpeedAsync(pipeline, film)}");
        return 0;
    }

    public static async Task<int> RunLongAsync()
    {
        using var folder = new TemporaryFolder();
        await using var services = PipelineServices.BuildPipeline(TestPaths.Models);
        var pipeline = services.GetRequiredService<IStreamPipeline>();
        var tenMinutes = await PeakAsync(pipeline, await SpeechFileAsync(folder.Path, repeats: 1));
        var file = await SpeechFileAsync(folder.Path, TwoHours);
        var twoHours = await PeakAsync(pipeline, file);
        Console.WriteLine(
            $"most memory in use while 10 min were scored: {tenMinutes.Peak >> 20} MiB; while 2 h were: {twoHours.Peak >> 20} MiB, at "
            + $"{twoHours.Speed:F0} times real time on {Environment.ProcessorCount} cores, curves kept");

        using var stop = new CancellationTokenSource();
        long cancelled = 0;
        var request = new ScoreRequest("long.wav")
        {
            OnProgress = at =>
            {
                if (at < TimeSpan.FromHours(1) || stop.IsCancellationRequested) return;
                cancelled = Stopwatch.GetTimestamp();
                stop.Cancel();
            },
        };
        try
        {
            await pipeline.ScoreFileAsync(file, request, stop.Token);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine(
                $"cancelled after an hour of media: stopped {Stopwatch.GetElapsedTime(cancelled).TotalMilliseconds:F0} ms later");
            return 0;
        }
    }

    private static void UseOneCore()
    {
        // ffmpeg inherits it: decoding counts.
        if (OperatingSystem.IsLinux()) Process.GetCurrentProcess().ProcessorAffinity = 1;
    }

    // On a busy machine the second figure is the one that holds.
    private static async Task<string> SpeedAsync(IStreamPipeline pipeline, string file)
    {
        var (started, before) = (Stopwatch.GetTimestamp(), ProcessorTime.OfAll());
        var report = await pipeline.ScoreFileAsync(file, new ScoreRequest(file), CancellationToken.None);
        var (elapsed, busy) = (Stopwatch.GetElapsedTime(started), ProcessorTime.OfAll() - before);
        return $"{report.DurationSeconds / elapsed.TotalSeconds,6:F1} times real time by the clock, "
            + $"{report.DurationSeconds / busy.TotalSeconds,6:F1} by processor time";
    }

    private static async Task<(long Peak, double Speed)> PeakAsync(IStreamPipeline pipeline, string file)
    {
        var (peak, next, started) = (0L, TimeSpan.Zero, Stopwatch.GetTimestamp());
        var report = await pipeline.ScoreFileAsync(file, new ScoreRequest(file, Posteriors: true)
        {
            OnProgress = at =>
            {
                if (at < next) return;
                next = at + TimeSpan.FromSeconds(20);
                peak = Math.Max(peak, Environment.WorkingSet);
            },
        }, CancellationToken.None);
        return (peak, report.DurationSeconds / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static async Task<string> SpeechFileAsync(string folder, int repeats)
    {
        var (raw, file) = (Path.Combine(folder, "speech.f32"), Path.Combine(folder, $"speech-{repeats}.wav"));
        if (!File.Exists(raw))
            await File.WriteAllBytesAsync(
                raw, Bytes((await SpeechMaterial.SpeechAsync(Speech))[..((int)Speech.TotalSeconds * SpeechMaterial.SampleRateHz)]));
        await FfmpegAsync(
            "-stream_loop", $"{repeats - 1}", "-f", "f32le", "-ar", $"{SpeechMaterial.SampleRateHz}", "-ac", "1", "-i", raw, "-c:a",
            "pcm_s16le", file);
        return file;
    }

    private static byte[] Bytes(float[] samples) => MemoryMarshal.AsBytes<float>(samples).ToArray();

    private static async Task<string> FilmAsync(string folder)
    {
        var corpora = TestPaths.Corpora
            ?? throw new DirectoryNotFoundException("This benchmark needs the recordings: set AVSERVER_CORPORA to their folder.");
        var clips = Directory.GetFiles(Path.Combine(corpora, "grid", "s2"), "*.mkv").Order(StringComparer.Ordinal).Take(20).ToArray();
        var film = Path.Combine(folder, "film.mp4");
        var inputs = string.Concat(clips.Select((_, i) => $"[{i}:v]scale=640:480,setsar=1[v{i}];"));
        var joined = string.Concat(clips.Select((_, i) => $"[v{i}][{i}:a]"));
        await FfmpegAsync(
            [.. clips.SelectMany(clip => new[] { "-i", clip }), "-filter_complex", $"{inputs}{joined}concat=n={clips.Length}:v=1:a=1[v][a]",
                "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", film]);
        return film;
    }

    private static async Task FfmpegAsync(params string[] arguments)
    {
        using var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]);
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0) throw new InvalidOperationException("ffmpeg could not make the material.");
    }
}
