using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>video</c>: processor time that one second of one camera costs (JPEG, 640×480, 25 a second) while somebody speaks and while nobody
/// does; and for several cameras in real time, how long after a word's end its event comes, and how many pictures were dropped.
/// </summary>
/// <remarks>
/// Talkers are GRID's. Where no audio-visual model is shipped, one that costs next to nothing stands in, and the output says so.
/// </remarks>
internal static class VideoBenchmark
{
    private const int SampleRateHz = 16_000;
    private const int Fps = 25;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(int streams)
    {
        using var folder = new TemporaryFolder();
        var models = FindModels(folder.Path, out var model);
        await using var services = PipelineServices.BuildPipeline(models, KeyValuePair.Create("Pipeline:AudioVisual", (string?)"true"));
        var pipeline = services.GetRequiredService<IStreamPipeline>();
        var talking = await Camera.TalkingAsync(folder.Path);
        var resting = talking.AtRest();

        Console.WriteLine($"cameras of 640×480, {Fps} pictures a second; model {model}");
        await CostAsync(pipeline, talking, TimeSpan.FromSeconds(6));
        Console.WriteLine($"  somebody speaks  {await CostAsync(pipeline, talking, Length),6:F3} of a core");
        Console.WriteLine($"  nobody speaks    {await CostAsync(pipeline, resting, Length),6:F3} of a core");
        await LiveAsync(pipeline, talking, streams);
        return 0;
    }

    private static string FindModels(string folder, out string model)
    {
        var shipped = Directory.GetDirectories(TestPaths.Models).FirstOrDefault(path =>
            File.Exists(Path.Combine(path, "manifest.json"))
                && File.ReadAllText(Path.Combine(path, "manifest.json")).Contains("\"audioVisualSpotter\"", StringComparison.Ordinal));
        model = shipped is null ? "none shipped: one that costs next to nothing" : Path.GetFileName(shipped);
        if (shipped is not null) return TestPaths.Models;
        new FakeAudioVisual { AudioCentre = 1, Gain = 2, RoiSize = 64 }.WriteWithFaceModels(folder);
        return folder;
    }

    private static async Task<double> CostAsync(IStreamPipeline pipeline, Camera camera, TimeSpan length)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        // At its own speed, as a camera comes: one that is sent faster is dropped or waits.
        await RunAsync(pipeline, camera, 0, length, (_, _) => { });
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / length.TotalSeconds;
    }

    private static async Task LiveAsync(IStreamPipeline pipeline, Camera camera, int streams)
    {
        var latencies = new List<double>();
        var (dropped, faces) = (0.0, 0);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, streams).Select(i => RunAsync(pipeline, camera, i, Length, (happened, elapsed) =>
        {
            lock (latencies)
            {
                if (happened is WakeWordEvent word) latencies.Add((elapsed - word.End).TotalSeconds);
                else if (happened is GapEvent gap) dropped += gap.Duration.TotalSeconds;
                else if (happened is FaceEvent) faces++;
            }
        })));
        var cost = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / Length.TotalSeconds;
        latencies.Sort();
        Console.WriteLine(
            $"{streams} cameras for {Length.TotalSeconds:F0} s on {Environment.ProcessorCount} cores: {cost:F2} cores in use, "
            + $"{latencies.Count} words, {faces} face events");
        if (latencies.Count > 0)
            Console.WriteLine(
                $"  from a word's end to its event: p50 {latencies[latencies.Count / 2] * 1e3:F0} ms, p95 "
                + $"{latencies[latencies.Count * 95 / 100] * 1e3:F0} ms, most {latencies[^1] * 1e3:F0} ms");
        Console.WriteLine($"  pictures dropped: {dropped / (streams * Length.TotalSeconds):P1} of the time");
    }

    private static async Task RunAsync(
        IStreamPipeline pipeline, Camera camera, int number, TimeSpan length, Action<StreamEvent, TimeSpan> onEvent)
    {
        var started = Stopwatch.GetTimestamp();
        var request = new StreamRequest(
            $"bench-{number}", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"), new VideoFormat()));
        await foreach (var happened in pipeline.RunAsync(request, camera.ChunksAsync(number, length, started), CancellationToken.None))
            onEvent(happened, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Sound and pictures that repeat.</summary>
    private sealed record Camera(float[] Sound, byte[][] Pictures)
    {
        public static async Task<Camera> TalkingAsync(string folder)
        {
            var corpora = TestPaths.Corpora
                ?? throw new DirectoryNotFoundException("This benchmark needs the recordings: set AVSERVER_CORPORA to their folder.");
            var sound = new List<float>();
            var pictures = new List<byte[]>();
            foreach (var clip in Directory.GetFiles(Path.Combine(corpora, "grid", "s2"), "*.mkv").Order(StringComparer.Ordinal).Take(5))
            {
                var samples = await new MediaFile(new MediaOptions()).ReadAudioAsync(clip, SampleRateHz);
                var own = Directory.CreateDirectory(Path.Combine(folder, "pictures", Path.GetFileNameWithoutExtension(clip))).FullName;
                using var ffmpeg = Process.Start(
                    "ffmpeg", ["-nostdin", "-v", "error", "-i", clip, "-vf", "scale=640:480", "-q:v", "4", Path.Combine(own, "%04d.jpg")]);
                await ffmpeg.WaitForExitAsync();
                var files = Directory.GetFiles(own).Order(StringComparer.Ordinal).ToArray();
                pictures.AddRange(files.Select(File.ReadAllBytes));
                Array.Resize(ref samples, files.Length * SampleRateHz / Fps);
                sound.AddRange(samples);
            }
            return new Camera([.. sound], [.. pictures]);
        }

        /// <summary>The same face with its mouth shut, in a silent room.</summary>
        public Camera AtRest()
        {
            var random = new Random(1);
            byte[][] shut = [.. Pictures[64..74], .. Pictures[64..74].Reverse()];
            return new Camera([.. Sound.Select(_ => (random.NextSingle() - 0.5f) * 1e-3f)], shut);
        }

        public async IAsyncEnumerable<MediaChunk> ChunksAsync(int number, TimeSpan length, long started)
        {
            const int SoundChunk = SampleRateHz / Fps;
            var offset = number * 37;
            for (var i = 0; i < length.TotalSeconds * Fps; i++)
            {
                // A microphone hands a chunk over when its last sample was heard, a camera its picture when it was seen.
                var wait = TimeSpan.FromSeconds((i + 1.0) / Fps) - Stopwatch.GetElapsedTime(started);
                if (wait > TimeSpan.Zero) await Task.Delay(wait);
                var time = TimeSpan.FromSeconds((double)i / Fps);
                var at = (offset + i) * SoundChunk % (Sound.Length - SoundChunk);
                yield return new MediaChunk(MediaKind.Video, time, Pictures[(offset + i) % Pictures.Length]);
                yield return new MediaChunk(MediaKind.Audio, time, MemoryMarshal.AsBytes(Sound.AsSpan(at, SoundChunk)).ToArray());
            }
        }
    }
}
