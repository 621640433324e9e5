using System.Diagnostics;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>words</c>: what typed words cost a stream, one of them and twenty, what a candidate costs that the recogniser hears, and how long
/// after a word's end it is known.
/// </summary>
internal static class WordsBenchmark
{
    private const int Rate = SpeechMaterial.SampleRateHz;
    private const int Runs = 5;
    private const int Candidates = 40;
    private const double EdgeSeconds = 1;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    private static readonly string[] Words =
    [
        "jarvis", "smart mirror", "snow boy", "view glass", "hey marvin", "good morning house", "amelia", "wildfire", "voyager", "operator",
        "okay kitchen", "hello tower", "blueberry", "sapphire", "evergreen", "hey captain", "lights please", "magnolia", "pumpernickel",
        "listen here",
    ];

    public static async Task<int> RunAsync()
    {
        // One core for all of it, as for the streams.
        if (OperatingSystem.IsLinux()) Process.GetCurrentProcess().ProcessorAffinity = 1;
        var speech = (await SpeechMaterial.SpeechAsync(Length))[..(int)(Length.TotalSeconds * Rate)];
        await using var one = Build(Words.Take(1));
        await using var many = Build(Words);
        var (few, all) = (new List<double>(), new List<double>());
        for (var run = 0; run <= Runs; run++)
        {
            var (ofOne, ofMany) = (await CostAsync(one, speech), await CostAsync(many, speech));
            if (run == 0) continue;   // warms up
            few.Add(ofOne);
            all.Add(ofMany);
        }
        Console.WriteLine(
            $"Continuous speech of {Length.TotalSeconds:F0} s in which none of the words is said, one core, {Runs} runs: least, "
            + "median, most");
        Print("one typed word, ms a second", few);
        Print($"{Words.Length} typed words, ms a second", all);
        Print("ratio", [.. few.Zip(all, (ofOne, ofMany) => ofMany / ofOne)]);
        var runtime = one.GetRequiredService<ModelRuntime>();
        foreach (var model in runtime.Store.OfKind(ModelKind.SpeechRecogniser))
            Print($"a candidate by {model.Manifest.Name}, ms", await CandidatesAsync(runtime, model));
        await DelaysAsync(one);
        return 0;
    }

    private static ServiceProvider Build(IEnumerable<string> words) => PipelineServices.BuildPipeline(
        TestPaths.Models,
        [
            KeyValuePair.Create("Keywords:Shipped", (string?)"false"),
            KeyValuePair.Create("Runtime:Workers", (string?)"1"),
            .. words.Select((word, i) => KeyValuePair.Create($"Keywords:Words:{i}:Text", (string?)word)),
        ]);

    private static async Task<double> CostAsync(ServiceProvider services, float[] speech)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await foreach (var _ in SpeechMaterial.PlayAsync(Pipeline(services), speech)) ;
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Length.TotalSeconds;
    }

    // A recogniser alone, on the stretches that it would be asked about.
    private static async Task<List<double>> CandidatesAsync(ModelRuntime runtime, StoredModel model)
    {
        var tokenizer = SubwordTokenizer.Load(
            Path.Combine(model.Folder, SpeechRecogniserFiles.Vocabulary), Path.Combine(model.Folder, SpeechRecogniserFiles.Merges));
        var recogniser = runtime.Recogniser(model.Manifest.Name);
        int[][] spellings = [tokenizer.Encode(Words[0]), tokenizer.Encode("Jarvis")];
        var costs = new List<double>();
        foreach (var sound in await SpeechMaterial.WakeWordsAsync(Words[0], Candidates + 1))
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            recogniser.Score(sound.AsSpan(0, Math.Min(sound.Length, Rate)), spellings, [SpeechRecogniserModel.EndToken]);
            costs.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds);
        }
        return costs[1..];
    }

    // By media time: what had been received when the word was told, behind the end that its alignment gives.
    private static async Task DelaysAsync(ServiceProvider services)
    {
        var delays = new List<double>();
        var recordings = await SpeechMaterial.WakeWordsAsync(Words[0], 120);
        foreach (var sound in recordings)
        {
            float[] whole = [.. new float[(int)(EdgeSeconds * Rate)], .. sound, .. new float[(int)(EdgeSeconds * Rate)]];
            await foreach (var item in SpeechMaterial.PlayAsync(Pipeline(services), whole))
                if (item is WakeWordEvent heard && heard.Keyword == Words[0]) delays.Add((heard.DetectedAt - heard.End).TotalMilliseconds);
        }
        delays.Sort();
        Console.WriteLine(
            $"  word's end to event, of {delays.Count} in {recordings.Count}: "
            + $"median {delays[delays.Count / 2]:F0} ms, 99 of 100 within {delays[(int)(0.99 * (delays.Count - 1))]:F0} ms of sound");
    }

    private static IStreamPipeline Pipeline(ServiceProvider services) => services.GetRequiredService<IStreamPipeline>();

    private static void Print(string what, List<double> values)
    {
        var sorted = values.Order().ToArray();
        Console.WriteLine($"  {what,-44} {sorted[0],8:F2} {sorted[sorted.Length / 2],8:F2} {sorted[^1],8:F2}");
    }
}
