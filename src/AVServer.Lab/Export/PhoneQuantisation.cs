using System.Globalization;
using AVServer.Lab.Export.Passes;
using AVServer.Lab.Training.Phones;
using AVServer.Networks;
using AVServer.Pipeline;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// What turns a phone network's products into those of whole numbers: rounded weights, and the ranges of what they are multiplied with,
/// watched while the network hears recordings.
/// </summary>
internal static class PhoneQuantisation
{
    /// <summary>Which of the stored recordings the ranges aren't watched on, so that the graph can be measured there.</summary>
    public const int KeptFromRanges = 1;

    private const int MostValues = 1 << 18;
    private const int EverySo = 8;

    /// <summary>Rounds the weights to what they are in the graph; the first layer, which reads cepstra, stays as it is.</summary>
    public static void Round(PhoneNet model)
    {
        using var mode = no_grad();
        var layers = model.Layers;
        foreach (var layer in layers.Fast.Concat(layers.Slow))
        {
            // Each tap's product is one of its own.
            var linear = layer.Layers.Linear.weight!;
            var taps = linear.permute(2, 0, 1);
            linear.copy_(StaticQuantisation.Rounded(taps.flatten(0, 1)).reshape(taps.shape).permute(1, 2, 0));
            Round(layer.Layers.Affine);
        }
        foreach (var convolution in new[] { layers.Bottleneck, layers.Hidden, layers.Code, layers.Output }) Round(convolution);
    }

    /// <summary>The range of each value that a product of the graph reads.</summary>
    /// <param name="graph">The network as a streaming graph of real numbers.</param>
    /// <param name="recordings">Cepstra of each, frames outermost.</param>
    public static Dictionary<string, ActivationRange> Ranges(byte[] graph, IReadOnlyList<float[]> recordings)
    {
        var names = StaticQuantisation.Inputs(graph);
        using var session = SessionFactory.Open(GraphEditor.WithOutputs(graph, names));
        var chunks = recordings.Sum(ChunksOf);
        var seen = names.ToDictionary(name => name, _ => new List<float>());
        var cacheShape = Array.ConvertAll(session.InputMetadata["cache"].Dimensions, length => (long)Math.Max(1, length));
        var (ran, outputs) = (0, (string[])["nextCache", .. names]);
        foreach (var recording in recordings)
        {
            var cache = new float[cacheShape.Aggregate(1L, (product, length) => product * length)];
            for (var chunk = 0; chunk < ChunksOf(recording); chunk++, ran++)
            {
                using var features = OrtValue.CreateTensorValueFromMemory(
                    OrtMemoryInfo.DefaultInstance, recording.AsMemory(chunk * ChunkValues, ChunkValues),
                    [1, PhoneStreaming.ChunkFrames, ChunkValues / PhoneStreaming.ChunkFrames]);
                using var past = OrtValue.CreateTensorValueFromMemory(cache, cacheShape);
                using var options = new RunOptions();
                using var results = session.Run(options, ["features", "cache"], [features, past], outputs);
                cache = results[0].GetTensorDataAsSpan<float>().ToArray();
                for (var i = 0; i < names.Count; i++) Keep(results[i + 1].GetTensorDataAsSpan<float>(), seen[names[i]], chunks, ran);
            }
        }
        return seen.ToDictionary(each => each.Key, each => ActivationRange.Of(each.Value.ToArray()));
    }

    /// <summary>Cepstra of some of a model's stored speech.</summary>
    /// <param name="sounds">The file of stored speech.</param>
    /// <param name="noiseVariance">Variance of the white noise that is added in expectation.</param>
    /// <param name="which">Which eighth of the recordings.</param>
    public static List<float[]> Recordings(byte[] sounds, float noiseVariance, int which = 0)
    {
        var (stored, cepstra) = (BackgroundAudio.Parse(sounds), new PhoneCepstra(noiseVariance));
        var recordings = new List<float[]>();
        for (var i = which; i < stored.Count; i += EverySo)
        {
            var samples = new float[stored.Length(i)];
            stored.Read(i, 0, samples);
            var frames = new float[cepstra.FramesOf(samples.Length) * cepstra.Dim];
            cepstra.Compute(samples, frames);
            recordings.Add(frames);
        }
        return recordings;
    }

    /// <summary>Says by how much a graph's scores differ from a network's.</summary>
    /// <param name="network">The network, in real numbers.</param>
    /// <param name="graph">The streaming graph.</param>
    /// <param name="recordings">Cepstra of each.</param>
    public static string Compare(PhoneNet network, byte[] graph, IReadOnlyList<float[]> recordings)
    {
        var (squares, spread, count, same, outputs) = (0.0, 0.0, 0L, 0L, 0L);
        using var session = SessionFactory.Open(graph);
        foreach (var recording in recordings)
        {
            using var scope = NewDisposeScope();
            var cepstra = tensor(recording).reshape(1, -1, network.Config.Ceps);
            cepstra = cepstra.narrow(1, 0, ChunksOf(recording) * PhoneStreaming.ChunkFrames);
            var (expected, got) = PhoneParity.Scores(network, session, cepstra);
            squares += (expected - got).square().sum().item<float>();
            spread += (expected - expected.mean([2], keepdim: true)).square().sum().item<float>();
            same += expected.argmax(2).eq(got.argmax(2)).sum().item<long>();
            (count, outputs) = (count + expected.numel(), outputs + expected.size(1));
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {graph.Length} bytes. Scores differ by {Math.Sqrt(squares / count):F3}, from state to state they deviate by {Math.Sqrt(
                spread / count):F2}.
            The likeliest state is the same in {100.0 * same / outputs:F1} % of {outputs} outputs.
            """);
    }

    private static void Round(Conv1d convolution) => convolution.weight!.copy_(StaticQuantisation.Rounded(convolution.weight));

    private static int ChunkValues { get; } = PhoneStreaming.ChunkFrames * new PhoneNetConfig().Ceps;

    private static int ChunksOf(float[] recording) => recording.Length / ChunkValues;

    // Every so many of all values, from another place in each run.
    private static void Keep(ReadOnlySpan<float> values, List<float> kept, int runs, int run)
    {
        var step = Math.Max(1, (int)((long)values.Length * runs / MostValues)) | 1;
        for (var i = run % step; i < values.Length; i += step) kept.Add(values[i]);
    }
}
