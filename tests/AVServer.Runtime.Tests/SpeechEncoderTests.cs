using AVServer.Runtime.Onnx;
using AVServer.TestKit;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class SpeechEncoderTests(SpeechEncoderTests.Shared shared) : IClassFixture<SpeechEncoderTests.Shared>
{
    private static readonly float[] Speech = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(5));

    private SpeechEncoder Encoder => shared.Encoder;

    /// <summary>The graph that is laid against the publisher's own, whose inner value behind the fourth layer is made its output.</summary>
    /// <remarks>
    /// Both round, not alike: some hundredths of the vectors' length are what eight bits leave open, more where the window has two or three
    /// frames, and a layer, a tap or a turn that is wrong changes several times as much.
    /// </remarks>
    [Fact]
    public void Laid_graph_computes_what_the_published_one_does()
    {
        const string Inner = "/layers.3/Add_1_output_0";
        var bytes = ModelStore.Open(TestPaths.Models).Get("speech-encoder").ReadFile(ModelManifest.MainFile);
        var whole = ModelProto.Parser.ParseFrom(bytes);
        var output = ModelProto.Parser.ParseFrom(SpeechEncoderGraph.Build(bytes)).Graph.Output[0];
        output.Name = Inner;
        whole.Graph.Output.Add(output);
        using var published = SessionFactory.Open(whole.ToByteArray());
        using var laid = SessionFactory.Open(SpeechEncoderGraph.Build(bytes));

        // The shortest window, and lengths at which convolutions have a row more or less.
        foreach (var samples in (int[])[1_600, 1_663, 1_727, 5_000, 16_000, 31_999, 32_000, 48_017])
        {
            var (expected, got) = (Run(published, Speech[..samples], Inner), Run(laid, Speech[..samples], SpeechEncoderGraph.Vectors));
            Assert.Equal(expected.Length, got.Length);
            var away = Math.Sqrt(expected.Zip(got).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(value => value * value));
            Assert.True(away < (samples < 5_000 ? 0.2 : 0.08), $"{samples} samples: vectors are {away:P1} of their length away");
        }
    }

    /// <summary>Processors without VNNI add pairs of products in 16 bits.</summary>
    [Fact]
    public void Weights_leave_room_for_two_products_in_16_bits()
    {
        var graph = ModelProto.Parser.ParseFrom(
            SpeechEncoderGraph.Build(ModelStore.Open(TestPaths.Models).Get("speech-encoder").ReadFile(ModelManifest.MainFile))).Graph;
        var rounded = graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8).ToArray();

        // The second convolution, and four products of each layer.
        Assert.Equal(1 + (4 * 4), rounded.Length);
        Assert.All(rounded, tensor => Assert.Equal(63, tensor.RawData.Span.ToArray().Max(weight => Math.Abs((int)(sbyte)weight))));
    }

    [Fact]
    public void Loudness_of_a_window_does_not_matter()
    {
        var soft = Array.ConvertAll(Speech[..32_000], sample => sample * 0.25f);

        Assert.All(
            Encoder.Encode(Speech.AsSpan(0, 32_000)).Zip(Encoder.Encode(soft)), pair => Assert.Equal(pair.First, pair.Second, 1e-2f));
    }

    [Fact]
    public void Vectors_come_each_24_ms()
    {
        var vectors = Encoder.Encode(Speech.AsSpan(0, 32_000));

        Assert.Equal(416, Encoder.Dim);
        Assert.InRange(vectors.Length / 416, 80, 84);
        Assert.All(vectors, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public async Task Callers_at_once_get_each_their_own()
    {
        var windows = Enumerable.Range(0, 6).Select(i => Speech[(i * 8_000)..((i * 8_000) + 16_000)]).ToArray();
        var alone = windows.Select(window => Encoder.Encode(window)).ToArray();

        var at = await Task.WhenAll(windows.Select(window => Task.Run(() => Encoder.Encode(window))));

        for (var i = 0; i < windows.Length; i++) Assert.Equal(alone[i], at[i]);
    }

    [Fact]
    public void Silence_and_clipping_are_heard_and_what_is_no_sound_refused()
    {
        Assert.All(Encoder.Encode(new float[16_000]), value => Assert.True(float.IsFinite(value)));
        Assert.All(
            Encoder.Encode([.. Enumerable.Range(0, 16_000).Select(i => i / 40 % 2 * 2f - 1)]), value => Assert.True(float.IsFinite(value)));
        Assert.Throws<ArgumentException>(() => Encoder.Encode(new float[SpeechEncoder.MinimumSamples - 1]));
        Assert.Throws<ArgumentException>(() => Encoder.Encode(new float[SpeechEncoder.MaximumSamples + 1]));
        Assert.Throws<InferenceException>(() => Encoder.Encode([.. Enumerable.Repeat(float.NaN, 16_000)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Utterance_heard_piece_by_piece_equals_the_whole(int seed)
    {
        var random = new Random(seed);
        var length = random.Next(20_000, Speech.Length);
        var whole = new EncodedUtterance(Encoder, 2);
        whole.Finish(length, Read);
        var pieces = new EncodedUtterance(Encoder, 2);
        for (var heard = 0; heard < length; heard += random.Next(1, 9_000)) pieces.Advance(heard, Read);
        pieces.Finish(length, Read);

        Assert.Equal(whole.Mean(), pieces.Mean());
        Assert.Equal(length, pieces.Heard);
    }

    [Fact]
    public void Utterance_of_whole_windows_is_the_mean_of_their_vectors()
    {
        var utterance = new EncodedUtterance(Encoder, 1);
        utterance.Advance(40_000, Read);
        float[] rows = [.. Encoder.Encode(Speech.AsSpan(0, 16_000)), .. Encoder.Encode(Speech.AsSpan(16_000, 16_000))];

        Assert.Equal(32_000, utterance.Heard);
        for (var d = 0; d < 416; d += 37) Assert.Equal(rows.Where((_, i) => i % 416 == d).Average(), utterance.Mean()[d], 1e-4f);
    }

    [Fact]
    public void Utterance_that_is_too_short_stays_empty()
    {
        var utterance = new EncodedUtterance(Encoder, 2);
        utterance.Finish(1_000, Read);

        Assert.True(utterance.IsEmpty);
        Assert.Equal(new float[416], utterance.Mean());
    }

    [Fact]
    public void Another_graph_or_bytes_that_are_none_are_refused()
    {
        var graph = new OnnxBuilder().Input("x", 1).Node("Neg", "x", "y").Output("y", 1).Build();

        Assert.Throws<InvalidDataException>(() => SpeechEncoderGraph.Build(graph));
        Assert.Throws<InvalidDataException>(() => SpeechEncoderGraph.Build([1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => VoiceActivityGraph.Build(graph));
    }

    private static void Read(int first, Span<float> samples) => Speech.AsSpan(first, samples.Length).CopyTo(samples);

    private static float[] Run(InferenceSession session, float[] samples, string output)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(samples, [1, samples.Length]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["input_values"], [input], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public sealed class Shared : IDisposable
    {
        public SpeechEncoder Encoder { get; } = SpeechEncoder.Load(ModelStore.Open(TestPaths.Models).Get("speech-encoder"));

        public void Dispose() => Encoder.Dispose();
    }
}
