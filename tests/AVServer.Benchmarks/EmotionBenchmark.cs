using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.Evaluation;
using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>emotion N</c>: what voice activity, the running estimate and the transcript cost for a stream of continuous speech, in processor
/// time; then N sockets in real time with sentences and pauses, and the delay of each final estimate.
/// </summary>
internal static class EmotionBenchmark
{
    private const int ChunkSamples = 1280;
    private const double PauseSeconds = 1.2;
    private const double RunSeconds = 40;

    private static readonly KeyValuePair<string, string?> Purpose = new("Emotion:Purpose", "measurement");

    public static async Task<int> RunAsync(int streams)
    {
        var speech = await SpeechMaterial.SpeechAsync(TimeSpan.FromMinutes(2));
        var without = await CostAsync(speech);
        var voice = await CostAsync(speech, KeyValuePair.Create("Speech:Transcriber", (string?)"client"));
        var estimates = await CostAsync(speech, Purpose, new("Speech:Transcriber", "none"));
        var words = await CostAsync(speech, Purpose, new("Speech:Transcriber", "vosk"));
        Console.WriteLine(
            $"{speech.Length / (double)SpeechMaterial.SampleRateHz:F0} s of continuous speech, processor time in % of a core for a stream "
            + "in real time");
        Console.WriteLine(
            $"  wake words alone {without:P2}; voice activity adds {voice - without:P2}, an estimate a second {estimates - voice:P2}, the "
            + $"transcript {words - estimates:P2}");

        var sentences = await SpeechMaterial.SentencesAsync(24);
        await using var server = await BenchServer.StartAsync(
            cores: $"0-{Environment.ProcessorCount - 1}", "--Emotion:Purpose", "measurement", "--Speech:Transcriber", "vosk");
        await SendAsync(server.Client, "warm", sentences.Take(2).ToList(), 0);
        var before = server.ProcessorTime;
        var finals = (await Task.WhenAll(Enumerable.Range(0, streams).Select(i => SendAsync(server.Client, $"talk-{i}", sentences, i))))
            .SelectMany(some => some).ToArray();
        var cpu = (server.ProcessorTime - before).TotalSeconds / RunSeconds;
        Console.WriteLine(
            $"{streams} sockets of sentences with pauses, {RunSeconds:F0} s, server at {cpu:P0} of a core: {finals.Length} final "
            + $"estimates, {finals.Count(final => final.HasText)} with words");
        Console.WriteLine($"  delay after the utterance's end as the event states it: {Summary(finals.Select(final => final.AfterEnd))}");
        Console.WriteLine($"  of that after the pause that ends it was sent: {Summary(finals.Select(final => final.AfterPause))}");
        return finals.Length > 0 ? 0 : 1;
    }

    /// <summary>Processor time ÷ media time of one stream.</summary>
    private static async Task<double> CostAsync(float[] speech, params KeyValuePair<string, string?>[] settings)
    {
        await using var services = PipelineServices.BuildPipeline(TestPaths.Models, settings);
        var pipeline = services.GetRequiredService<IStreamPipeline>();
        await RunAsync(speech[..(speech.Length / 2)]);   // what the runtime compiles meanwhile costs no later stream anything
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await RunAsync(speech);
        return (Process.GetCurrentProcess().TotalProcessorTime
            - before).TotalSeconds / (speech.Length / (double)SpeechMaterial.SampleRateHz);

        async Task RunAsync(float[] samples)
        {
            var request = new StreamRequest("cost", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")));
            await foreach (var happened in pipeline.RunAsync(request, Chunks([samples], 0, clock: null), CancellationToken.None))
                if (happened is FaultEvent fault) throw new InvalidOperationException(fault.Message);
        }
    }

    private static async Task<IReadOnlyList<(double AfterEnd, double AfterPause, bool HasText)>> SendAsync(
        AVServerClient client, string id, IReadOnlyList<float[]> sentences, int offset)
    {
        var finals = new List<(double, double, bool)>();
        var clock = Stopwatch.StartNew();
        using var done = new CancellationTokenSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var happened in client.SubscribeAsync(new EventFilter(id), done.Token))
            {
                if (happened is EmotionEvent { Final: true } final)
                    lock (finals)
                        finals.Add(
                            ((clock.Elapsed - final.End).TotalSeconds, (clock.Elapsed - final.EstimatedAt).TotalSeconds,
                                final.Text is not null));
                if (happened is ClosedEvent) return;
            }
        });
        List<float[]> talk = [];
        // Not everybody begins at once, nor with the same sentence.
        talk.Add(new float[(int)(0.37 * offset * SpeechMaterial.SampleRateHz)]);
        for (double seconds = 0; seconds < RunSeconds; seconds += (talk[^2].Length / (double)SpeechMaterial.SampleRateHz) + PauseSeconds)
        {
            talk.Add(sentences[(offset * 5 + talk.Count / 2) % sentences.Count]);
            talk.Add(new float[(int)(PauseSeconds * SpeechMaterial.SampleRateHz)]);
        }
        await client.PublishAsync(
            id, new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")), Chunks(talk, offset, clock));
        await listening.WaitAsync(TimeSpan.FromSeconds(10));
        lock (finals) return [.. finals];
    }

    private static async IAsyncEnumerable<MediaChunk> Chunks(IReadOnlyList<float[]> parts, int seed, Stopwatch? clock)
    {
        // Digital silence is no room: a little noise, as every microphone has.
        var random = new Random(seed);
        var samples = parts.SelectMany(part => part).Select(sample => sample + ((random.NextSingle() - 0.5f) * 1e-3f)).ToArray();
        for (var at = 0; at < samples.Length; at += ChunkSamples)
        {
            var chunk = samples.AsSpan(at, Math.Min(ChunkSamples, samples.Length - at));
            var payload = MemoryMarshal.AsBytes(chunk).ToArray();
            var due = clock is null ? TimeSpan.Zero
                : TimeSpan.FromSeconds((double)(at + ChunkSamples) / SpeechMaterial.SampleRateHz) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds((double)at / SpeechMaterial.SampleRateHz), payload);
        }
    }

    private static string Summary(IEnumerable<double> seconds)
    {
        var all = seconds.ToArray();
        return all.Length == 0 ? "no events" : $"p50 {Percentiles.Of(all, 0.5) * 1e3:F0} ms, p95 {Percentiles.Of(all, 0.95) * 1e3:F0} ms";
    }
}
