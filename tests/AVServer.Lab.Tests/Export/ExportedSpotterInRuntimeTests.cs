using System.Security.Cryptography;
using AVServer.Lab.Export;
using AVServer.Networks;
using AVServer.Runtime;
using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Export;

/// <summary>The spotter that the lab exports, as the server runs it.</summary>
[Trait("Category", "unit")]
public sealed class ExportedSpotterInRuntimeTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private const int Streams = 5;
    private const int Steps = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Spotters => ["mdtc", "lstm"];

    [Theory]
    [MemberData(nameof(Spotters))]
    public async Task Streams_batched_by_the_server_get_the_posteriors_of_the_definition(string name)
    {
        manual_seed(8);
        INetwork network = name == "mdtc" ? new Mdtc(MdtcConfig.Small) : new LstmSpotter(new LstmSpotterConfig());
        using var model = (nn.Module)network;
        var exported = ModelExporter.Export(network);
        var stored = Store(exported, new ModelManifest
        {
            Name = "spotter",
            Version = "1.0.0",
            Kind = ModelKind.KeywordSpotter,
            Licence = "Apache-2.0",
            Files = Files(exported),
            Features = new FeatureSpec("fbank"),
            Inputs = exported.Inputs,
            Outputs = exported.Outputs,
            Streaming = exported.Streaming,
            Labels = ["computer"],
        });
        using var loaded = StreamingModel.Load(stored);
        using var batcher = new DynamicBatcher(loaded, new RuntimeOptions(), TimeProvider.System);
        var fbank = new float[Streams][];
        var posteriors = new float[Streams][];
        for (var stream = 0; stream < Streams; stream++)
        {
            var random = new Random(stream);
            fbank[stream] = [.. Enumerable.Range(0, Steps * loaded.InputLength).Select(_ => (float)(random.NextDouble() * 4) - 2)];
            posteriors[stream] = new float[Steps * loaded.OutputLength];
        }
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => Run(batcher, fbank[stream], posteriors[stream])));

        model.eval();
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var sequences = tensor([.. fbank.SelectMany(values => values)], [Streams, Steps * exported.Streaming!.ChunkFrames, 80]);
        var whole = TorchValue.Of(network.Serve([TorchValue.From(sequences)])[0]);
        Assert.Equal(
            whole.data<float>().ToArray(), posteriors.SelectMany(values => values),
            (expected, got) => Math.Abs(expected - got) <= Tolerance);
    }

    private static async Task Run(DynamicBatcher batcher, float[] fbank, float[] posteriors)
    {
        var (state, input, output) = (batcher.Model.CreateState(), batcher.Model.InputLength, batcher.Model.OutputLength);
        for (var step = 0; step < Steps; step++)
            await batcher.RunAsync(state, fbank.AsMemory(step * input, input), posteriors.AsMemory(step * output, output));
    }

    private StoredModel Store(ExportedModel exported, ModelManifest manifest)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, manifest.Name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.MainFile), exported.Graph);
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), manifest.ToJson());
        return ModelStore.Open(_folder.Path).Get(manifest.Name);
    }

    private static Dictionary<string, ModelFile> Files(ExportedModel exported) => new()
    {
        [ModelManifest.MainFile] = new ModelFile(Convert.ToHexStringLower(SHA256.HashData(exported.Graph)), exported.Graph.Length),
    };
}
