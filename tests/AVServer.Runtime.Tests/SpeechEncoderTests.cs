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

    /// <summary>The cut graph against the whole one with the same inner value made an output beside its own.</summary>
    [Fact]
    public void Cut_graph_computes_what_the_whole_one_does()
    {
        var stored = ModelStore.Open(TestPaths.Models).Get("speech-encoder");
        var (bytes, output) = (stored.ReadFile(ModelManifest.MainFile), stored.Manifest.Outputs[0]);
        var whole = ModelProto.Parser.ParseFrom(bytes);
        var cut = GraphCut.Behind(bytes, output.Name, output.Shape);
        whole.Graph.Output.Add(ModelProto.Parser.ParseFrom(cut).Graph.Output[0]);
        using var expected = SessionFactory.Open(whole.ToByteArray());
        using var got = SessionFactory.Open(cut);

        Assert.True(cut.Length < 0.7 * bytes.Length, $"{cut.Length} of {bytes.Length} bytes are left");
        Assert.Equal([output.Name], got.OutputMetadata.Keys);
        foreach (var seconds in (double[])[0.3, 1, 2])
        {
            var samples = Speech[..(int)(seconds * 16_000)];
            // One may fuse what the other can't: the last digits differ.
            Assert.All(
                Run(expected, samples, output.Name).Zip(Run(got, samples, output.Name)),
                pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        }
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
    public void Utterance_that_would_end_is_heard_beside_the_one_that_goes_on()
    {
        var (goesOn, alone) = (new EncodedUtterance(Encoder, 2), new EncodedUtterance(Encoder, 2));
        goesOn.Advance(40_000, Read);
        alone.Advance(40_000, Read);

        var ended = goesOn.Finished(44_000, Read);

        Assert.Equal((32_000, 44_000), (goesOn.Heard, ended.Heard));
        Assert.Equal(alone.Mean(), goesOn.Mean());
        alone.Finish(44_000, Read);
        Assert.Equal(alone.Mean(), ended.Mean());
        goesOn.Finish(70_000, Read);
        var whole = new EncodedUtterance(Encoder, 2);
        whole.Finish(70_000, Read);
        Assert.Equal(whole.Mean(), goesOn.Mean());
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
    public void Graph_without_the_value_or_bytes_that_are_no_graph_are_refused()
    {
        var graph = new OnnxBuilder().Input("x", 1).Node("Neg", "x", "y").Output("y", 1).Build();

        Assert.Throws<InvalidDataException>(() => GraphCut.Behind(graph, "z", [1]));
        Assert.Throws<InvalidDataException>(() => GraphCut.Behind([1, 2, 3], "y", [1]));
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
