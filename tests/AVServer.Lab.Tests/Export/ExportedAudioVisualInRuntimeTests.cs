using System.Security.Cryptography;
using AVServer.Lab.Export;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Export;

/// <summary>The audio-visual spotter that the lab exports, as the server runs it.</summary>
[Trait("Category", "unit")]
public sealed class ExportedAudioVisualInRuntimeTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private const int Streams = 3;

    private static readonly FlcmaConfig Config = FlcmaConfig.Small with
    {
        RoiSize = 20,
        RoiChannels = 3,
        VisualWidth = 4,
        Dim = 16,
        Heads = 2,
        FeedForward = 24,
        Blocks = 2,
        AudioFrames = 80,
        VideoFrames = 20,
    };

    private static readonly Presence[] Ways = [new(true, true), new(true, false), new(false, true)];

    private readonly TemporaryFolder _folder = new();
    private readonly LipEncoder _encoder;
    private readonly FlcmaEnsemble _conformer;
    private readonly StoredModel _stored;

    public ExportedAudioVisualInRuntimeTests()
    {
        manual_seed(12);
        _encoder = new LipEncoder(Config);
        _conformer = new FlcmaEnsemble([new FlcmaConformer(Config), new FlcmaConformer(Config)]);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        for (var batch = 0; batch < 25; batch++) _encoder.call(rand([2, Config.RoiChannels, 6, Config.RoiSize, Config.RoiSize]));
        _encoder.eval();
        _conformer.eval();
        _stored = Store(ModelExporter.Export(_conformer), ModelExporter.Export(_encoder));
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _conformer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Server_gives_the_posteriors_of_the_definitions()
    {
        using var lips = StreamingModel.LoadLips(_stored);
        using var batcher = new DynamicBatcher(lips, new RuntimeOptions(), TimeProvider.System);
        using var model = AudioVisualModel.Load(_stored, batcher);
        var frames = Enumerable.Range(0, Streams).Select(Pictures).ToArray();
        var features = await Task.WhenAll(frames.Select(stream => Encode(batcher, stream)));

        using var scope = NewDisposeScope();
        using var mode = no_grad();
        for (var stream = 0; stream < Streams; stream++)
        {
            var pictures = tensor(
                [.. frames[stream].SelectMany(frame => frame)], [1, Config.VideoFrames, Config.RoiChannels, Config.RoiSize, Config.RoiSize])
                .transpose(1, 2);
            var expected = _encoder.call(LipEncoder.with_context(pictures));
            Assert.Equal(expected.data<float>().ToArray(), features[stream], (one, other) => Math.Abs(one - other) <= Tolerance);

            var fbank = Values(100 + stream, Config.AudioFrames * Config.Mels, 12);
            var posteriors = new float[Ways.Length];
            using var measures = tensor(
                Values(200 + stream, Config.VideoFrames * Config.LipMeasures, 0.1f), [1, Config.VideoFrames, Config.LipMeasures]);
            var seen = cat([tensor(features[stream], [1, Config.VideoFrames, Config.LipFeatures]), measures], 2).contiguous().data<float>()
                .ToArray();
            model.Judge(fbank, seen, Ways, posteriors);
            var presence = tensor([1f, 1f, 1f, 0f, 0f, 1f], [3, 2]);
            var judged = _conformer.call(
                tensor(fbank, [1, Config.AudioFrames, Config.Mels]).repeat(3, 1, 1), cat([expected, measures], 2).repeat(3, 1, 1), presence)
                .sigmoid();
            Assert.Equal(judged.data<float>().ToArray(), posteriors, (one, other) => Math.Abs(one - other) <= Tolerance);
            Assert.Equal(Ways.Length, posteriors.Distinct().Count());
        }
    }

    /// <summary>
    /// Features of a stream's frames, encoded as they come; the last frame is given twice more, since features come two frames late.
    /// </summary>
    private static async Task<float[]> Encode(DynamicBatcher batcher, float[][] frames)
    {
        var (state, length) = (batcher.Model.CreateState(), batcher.Model.OutputLength);
        var features = new float[frames.Length * length];
        var early = new float[length];
        state.BeginWith(frames[0]);
        for (var frame = 0; frame < frames.Length + AudioVisualFiles.LipDelayFrames; frame++)
        {
            var at = frame - AudioVisualFiles.LipDelayFrames;
            await batcher.RunAsync(
                state, frames[Math.Min(frame, frames.Length - 1)], at < 0 ? early : features.AsMemory(at * length, length));
        }
        return features;
    }

    private static float[][] Pictures(int seed) =>
        [.. Enumerable.Range(0, Config.VideoFrames)
            .Select(frame => Values((1000 * seed) + frame, Config.RoiChannels * Config.RoiSize * Config.RoiSize, 1))];

    private static float[] Values(int seed, int count, float largest)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * largest)];
    }

    private StoredModel Store(ExportedModel conformer, ExportedModel encoder)
    {
        var manifest = new ModelManifest
        {
            Name = "lips-and-sound",
            Version = "1.0.0",
            Kind = ModelKind.AudioVisualSpotter,
            Licence = "Apache-2.0",
            Files = new Dictionary<string, ModelFile>
            {
                [ModelManifest.MainFile] = Entry(conformer.Graph),
                [AudioVisualFiles.Lips] = Entry(encoder.Graph)
            },
            Features = new FeatureSpec("fbank"),
            Inputs = conformer.Inputs,
            Outputs = conformer.Outputs,
            AudioVisual = new AudioVisualSpec(
                Config.RoiSize, Config.RoiChannels, Config.LipFeatures, Config.AudioFrames, Config.VideoFrames,
                LipMeasures: Config.LipMeasures),
            Labels = ["please"],
        };
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, manifest.Name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.MainFile), conformer.Graph);
        File.WriteAllBytes(Path.Combine(folder, AudioVisualFiles.Lips), encoder.Graph);
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), manifest.ToJson());
        return ModelStore.Open(_folder.Path).Get(manifest.Name);
    }

    private static ModelFile Entry(byte[] bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
}
