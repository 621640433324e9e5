using System.Runtime.InteropServices;
using AVServer.Lab.Export;
using AVServer.Lab.Import;
using AVServer.Lab.Import.Kaldi;
using AVServer.Lab.Training.Phones;
using AVServer.Lab.Words;
using AVServer.Networks;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Tests.Words;

/// <summary>The network that is made of Kaldi's file, against an independent reader of it.</summary>
[Trait("Category", "golden")]
public sealed class PhoneNetImportTests
{
    // Two front ends in single precision; the scores reach from -6 to 10.
    private const float Tolerance = 5e-3f;
    private const int EverySixteenth = 16;

    // Of scores whose own deviation from state to state is 0.5.
    private const double MostRounding = 0.03;

    private static readonly float[] Sound = [.. MemoryMarshal
        .Cast<byte, short>(File.ReadAllBytes(TestPaths.Golden("kaldi-phones", "sound.s16"))).ToArray().Select(sample => sample / 32768f)];

    private static readonly Lazy<KaldiModel> Model = new(
        () => KaldiModel.Load(Path.Combine(TestPaths.Models, "vosk-small-en", "am", "final.mdl")));

    [Fact]
    public void Imported_network_gives_the_scores_of_an_independent_reader()
    {
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestPaths.Golden("kaldi-phones", "scores.f32"))).ToArray();
        using var codes = new BottleneckExtractor(PhoneNetImport.Build(Model.Value.Network), noiseVariance: 0);
        var scores = codes.Score(codes.EncodeUnpadded(Sound));
        var got = scores.Where((_, i) => i % codes.States % EverySixteenth == 0).ToArray();
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), pair => Assert.InRange(pair.Second, pair.First - Tolerance, pair.First + Tolerance));
    }

    [Fact]
    public void Every_state_belongs_to_one_phone()
    {
        var states = PhoneInventory.Read(Model.Value);
        // A few outputs serve a phone's first frame and its later ones; none serves two phones, and none is left over.
        var owned = Enumerable.Range(0, states.Phones.Count)
            .SelectMany(phone => states.Enter(phone).ToArray().Concat(states.Stay(phone).ToArray()).Distinct()).ToList();
        Assert.Equal(Enumerable.Range(0, new PhoneNetConfig().States), owned.Order());
    }

    [Fact]
    public void Streaming_graph_gives_the_definition_s_scores_but_for_what_whole_numbers_round()
    {
        using var net = PhoneNetImport.Build(Model.Value.Network);
        // Real numbers between the layers agree to the limit of parity, or there would be no graph.
        var exported = ModelExporter.Export(net, [Cepstra(Sound)]);
        Assert.InRange(exported.MaxDifference, 0, ParityCheck.Limit);
        using var read = PhoneNetGraph.Read(exported.Graph);
        Assert.InRange(Deviation(Scores(net), Scores(read)), 0, 1e-4);
    }

    [Fact]
    public async Task Network_that_is_read_from_the_shipped_file_gives_the_server_s_scores()
    {
        var served = await ServedScoresAsync(Sound);
        using var net = PhoneNetGraph.Read(File.ReadAllBytes(Path.Combine(TestPaths.Models, "phones-en", ModelManifest.MainFile)));
        var read = Scores(net);
        // Behind the sound's end the server's silence is of another length.
        var compared = Sound.Length / 480 * net.Config.States;
        // What the products read is rounded to eight bits there.
        Assert.InRange(Deviation(read[..compared], [.. served.Take(compared)]), 0, MostRounding);
    }

    private static float[] Scores(PhoneNet net)
    {
        using var codes = new BottleneckExtractor(net, noiseVariance: 1);
        return codes.Score(codes.Encode(Sound));
    }

    private static float[] Cepstra(float[] samples)
    {
        var cepstra = new PhoneCepstra(noiseVariance: 1);
        var frames = new float[cepstra.FramesOf(samples.Length) * cepstra.Dim];
        cepstra.Compute(samples, frames);
        return frames;
    }

    private static double Deviation(float[] expected, float[] got) =>
        Math.Sqrt(expected.Zip(got).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Length);

    private static async Task<List<float>> ServedScoresAsync(float[] samples)
    {
        await using var services = PipelineServices.BuildPipeline(TestPaths.Models);
        var model = WordModel.TryLoad(services.GetRequiredService<ModelRuntime>())!;
        var stream = new PhoneRecogniser(model, paced: false);
        var (scores, step) = (new List<float>(), new float[AudioClock.StepSamples]);
        for (var at = 0; at < samples.Length + (PhoneRecogniser.LatencySteps * step.Length); at += step.Length)
        {
            Array.Clear(step);
            if (at < samples.Length) samples.AsSpan(at, Math.Min(step.Length, samples.Length - at)).CopyTo(step);
            await stream.AcceptAsync(step, outputs => scores.AddRange(outputs), TestContext.Current.CancellationToken);
        }
        return scores;
    }

    [Fact]
    public void Graph_of_another_network_is_refused_with_the_weights_that_were_expected()
    {
        var judge = File.ReadAllBytes(Path.Combine(TestPaths.Models, "phones-en", "judge.onnx"));
        var error = Assert.Throws<InvalidDataException>(() => PhoneNetGraph.Read(judge));
        Assert.Contains("Expected weights [39, 768]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "not a model");
        var error = Assert.Throws<InvalidDataException>(() => KaldiModel.Load(path));
        Assert.Contains("<Tuples>", error.Message, StringComparison.Ordinal);
        File.Delete(path);
    }
}
