using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using AVServer.TestKit;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime.Tests;

/// <summary>Weights that are made signed: the same sums, wherever it is done.</summary>
[Trait("Category", "unit")]
public sealed class SignedWeightsTests
{
    private const byte WeightsZeroPoint = 131;
    private const byte SoundZeroPoint = 7;

    /// <summary>Numbers at the ends of their range, where products that don't fit 16 bits would show.</summary>
    [Theory]
    [InlineData(1, 416, 416, true)]
    [InlineData(2, 77, 35, true)]
    [InlineData(9, 416, 33, false)]
    [InlineData(84, 1664, 416, true)]
    public void Sums_are_those_of_whole_numbers(int rows, int depth, int columns, bool hasZeroPoint)
    {
        var random = new Random(rows);
        byte[] sound = [.. Enumerable.Range(0, rows * depth).Select(_ => Extreme(random))];
        byte[] weights = [.. Enumerable.Range(0, depth * columns).Select(_ => Extreme(random))];
        var published = Product(weights, depth, columns, hasZeroPoint);
        var zeroPoint = hasZeroPoint ? WeightsZeroPoint : 0;

        var got = Run(WhereExact(published), sound, rows);

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var sum = 0;
                for (var i = 0; i < depth; i++)
                    sum += (sound[(row * depth) + i] - SoundZeroPoint) * (weights[(i * columns) + column] - zeroPoint);
                Assert.Equal(sum, got[(row * columns) + column]);
            }
        }
    }

    /// <summary>The instruction of processors without VNNI: two products are added in 16 bits, and what doesn't fit is cut off.</summary>
    [Fact]
    public void Probe_would_notice_sums_that_are_cut_off()
    {
        var weights = SignedProducts.Weights();
        var differing = 0;
        for (var column = 0; column < SignedProducts.Columns; column++)
        {
            var (exact, cutOff) = (0, 0);
            for (var row = 0; row < SignedProducts.Depth; row += 2)
            {
                var pair = byte.MaxValue * weights[(row * SignedProducts.Columns) + column];
                if (row + 1 < SignedProducts.Depth) pair += byte.MaxValue * weights[((row + 1) * SignedProducts.Columns) + column];
                (exact, cutOff) = (exact + pair, cutOff + Math.Clamp(pair, short.MinValue, short.MaxValue));
            }
            if (exact != cutOff) differing++;
        }

        Assert.InRange(differing, SignedProducts.Columns / 2, SignedProducts.Columns);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weights_and_zero_point_are_lowered_together(bool hasZeroPoint)
    {
        var graph = GraphCut.Parse(Signed(Product([0, 1, 128, 255], 2, 2, hasZeroPoint))).Graph;

        var product = Assert.Single(graph.Node);
        Assert.Equal([-128, -127, 0, 127], Values(product.Input[1]));
        Assert.Equal([(sbyte)(hasZeroPoint ? WeightsZeroPoint - 128 : -128)], Values(product.Input[3]));
        Assert.Equal(3, graph.Initializer.Count);

        sbyte[] Values(string name)
        {
            var constant = graph.Initializer.Single(constant => constant.Name == name);
            Assert.Equal((int)DataType.Int8, constant.DataType);
            return MemoryMarshal.Cast<byte, sbyte>(constant.RawData.Span).ToArray();
        }
    }

    [Fact]
    public void Weights_that_something_else_takes_stay_beside_the_signed_ones()
    {
        byte[] table = [.. Enumerable.Range(0, 96).Select(i => (byte)(i * 37))];
        var graph = Graph();
        graph.Constant("table", [8, 12], DataType.Uint8, table);
        graph.Add("MatMulInteger", ["sound", "table", "soundZero", "zero"], ["sums"]);
        graph.Output("sums", ["rows", 12], DataType.Int32);
        graph.Constant("line", [5L]);
        graph.Add("Gather", ["table", "line"], ["row"]);
        graph.Output("row", [1, 12], DataType.Uint8);
        var published = graph.ToBytes();
        byte[] sound = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 11))];

        var signed = WhereExact(published);

        Assert.Equal(Run(published, sound, 3), Run(signed, sound, 3));
        using var session = SessionFactory.Open(Signed(published));
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(sound, [3, 8]);
        using var row = session.Run(options, ["sound"], [input], ["row"]);
        Assert.Equal(table.AsSpan(60, 12), row[0].GetTensorDataAsSpan<byte>());
    }

    [Fact]
    public void Weights_that_are_given_or_signed_already_stay()
    {
        var given = Graph();
        given.Input("weights", [8, 8], DataType.Uint8);
        given.Add("MatMulInteger", ["sound", "weights", "soundZero", "zero"], ["sums"]);
        given.Output("sums", ["rows", 8], DataType.Int32);
        var (bytes, signed) = (given.ToBytes(), Signed(Product(new byte[64], 8, 8, hasZeroPoint: true)));

        Assert.Equal(GraphCut.Parse(bytes), GraphCut.Parse(Signed(bytes)));
        Assert.Equal(GraphCut.Parse(signed), GraphCut.Parse(Signed(signed)));
    }

    [Fact]
    public void Encoder_s_vectors_are_the_published_graph_s_to_the_bit()
    {
        var stored = ModelStore.Open(TestPaths.Models).Get("speech-encoder");
        var output = stored.Manifest.Outputs[0];
        var published = GraphCut.Behind(stored.ReadFile(ModelManifest.MainFile), output.Name, output.Shape);
        var speech = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(5));
        using var expected = SessionFactory.Open(published);
        using var got = SessionFactory.Open(WhereExact(published));

        foreach (var samples in (int[])[1_600, 9_000, 32_000, speech.Length])
            Assert.Equal(Vectors(expected, speech[..samples], output.Name), Vectors(got, speech[..samples], output.Name));
    }

    [Theory]
    [InlineData("speech-recogniser")]
    [InlineData("speech-recogniser-base")]
    public void Recogniser_s_logits_are_the_published_graphs_to_the_bit(string name)
    {
        var stored = ModelStore.Open(TestPaths.Models).Get(name);
        var published = stored.ReadFile(ModelManifest.MainFile);
        var decoder = GraphCut.Branch(stored.ReadFile(SpeechRecogniserFiles.Decoder), condition: false, "logits");
        var speech = SyntheticSpeech.Create(3, TimeSpan.FromSeconds(2));
        var (encoded, dim) = (stored.Manifest.Outputs[0].Name, stored.Manifest.Outputs[0].Shape[^1]);
        using var expected = SessionFactory.Open(published);
        using var got = SessionFactory.Open(WhereExact(published));
        using var expectedDecoder = SessionFactory.Open(decoder);
        using var gotDecoder = SessionFactory.Open(WhereExact(decoder));

        var vectors = Vectors(expected, speech, encoded);
        Assert.Equal(vectors, Vectors(got, speech, encoded));
        foreach (var tokens in (long[][])[[1], [1, 1776, 12917], [1, 20972, 2, 2, 2]])
            Assert.Equal(Logits(expectedDecoder, tokens, vectors, dim), Logits(gotDecoder, tokens, vectors, dim));
    }

    private static byte[] Signed(byte[] graph)
    {
        var model = GraphCut.Parse(graph);
        SignedWeights.Sign(model.Graph);
        return model.ToByteArray();
    }

    private static byte[] WhereExact(byte[] graph) => SignedWeights.AreExact ? Signed(graph) : graph;

    private static byte Extreme(Random random) => random.Next(4) switch
    {
        0 => byte.MinValue,
        3 => (byte)random.Next(256),
        _ => byte.MaxValue,
    };

    private static OnnxGraph Graph()
    {
        var graph = new OnnxGraph("product", 13, "test");
        graph.Input("sound", ["rows", "depth"], DataType.Uint8);
        graph.Constant("soundZero", [], DataType.Uint8, [SoundZeroPoint]);
        graph.Constant("zero", [], DataType.Uint8, [WeightsZeroPoint]);
        return graph;
    }

    private static byte[] Product(byte[] weights, int depth, int columns, bool hasZeroPoint)
    {
        var graph = new OnnxGraph("product", 13, "test");
        graph.Input("sound", ["rows", depth], DataType.Uint8);
        graph.Constant("soundZero", [], DataType.Uint8, [SoundZeroPoint]);
        if (hasZeroPoint) graph.Constant("zero", [], DataType.Uint8, [WeightsZeroPoint]);
        graph.Constant("weights", [depth, columns], DataType.Uint8, weights);
        graph.Add("MatMulInteger", ["sound", "weights", "soundZero", .. hasZeroPoint ? (string[])["zero"] : []], ["sums"]);
        graph.Output("sums", ["rows", columns], DataType.Int32);
        return graph.ToBytes();
    }

    private static int[] Run(byte[] graph, byte[] sound, int rows)
    {
        using var session = SessionFactory.Open(graph);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(sound, [rows, sound.Length / rows]);
        using var results = session.Run(options, ["sound"], [input], ["sums"]);
        return results[0].GetTensorDataAsSpan<int>().ToArray();
    }

    private static float[] Vectors(InferenceSession encoder, float[] samples, string output)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(samples, [1, samples.Length]);
        using var options = new RunOptions();
        using var results = encoder.Run(options, [.. encoder.InputMetadata.Keys], [input], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[] Logits(InferenceSession decoder, long[] tokens, float[] vectors, int dim)
    {
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, [1, tokens.Length]);
        using var encoded = OrtValue.CreateTensorValueFromMemory(vectors, [1, vectors.Length / dim, dim]);
        using var options = new RunOptions();
        using var results = decoder.Run(options, ["input_ids", "encoder_hidden_states"], [ids, encoded], ["logits"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
